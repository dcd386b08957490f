//! A row as the map looks at it: cells by the name of their column, of JSON or of a table.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

/// A row that cells are taken from.
pub(super) trait Cells<'c> {
    /// The text of a column; `None` where it is empty or not there.
    fn text(&self, name: &str) -> Option<Cow<'c, str>>;

    /// The value of a column that holds JSON.
    fn json(&self, name: &str) -> Option<Cow<'c, Value>>;
}

/// A name as it is compared.
pub(super) fn normal(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A row of JSON; a column is a name, or a path of names with dots between them.
pub(super) struct Object<'v>(pub(super) &'v Value);

impl<'v> Object<'v> {
    fn find(&self, name: &str) -> Option<&'v Value> {
        self.0.get(name).or_else(|| name.split('.').try_fold(self.0, |value, part| value.get(part)))
    }
}

impl<'v> Cells<'v> for Object<'v> {
    fn text(&self, name: &str) -> Option<Cow<'v, str>> {
        let text = match self.find(name)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            value @ (Value::Number(_) | Value::Bool(_)) => Cow::Owned(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn json(&self, name: &str) -> Option<Cow<'v, Value>> {
        self.find(name).map(Cow::Borrowed)
    }
}

/// A row of a table.
pub(super) struct Table<'t, F> {
    pub(super) places: &'t BTreeMap<String, usize>,
    pub(super) cell: &'t F,
}

impl<'c, F: Fn(usize) -> Option<Cow<'c, str>>> Cells<'c> for Table<'_, F> {
    fn text(&self, name: &str) -> Option<Cow<'c, str>> {
        self.places.get(&normal(name)).and_then(|at| (self.cell)(*at))
    }

    fn json(&self, name: &str) -> Option<Cow<'c, Value>> {
        serde_json::from_str(&self.text(name)?).ok().map(Cow::Owned)
    }
}
