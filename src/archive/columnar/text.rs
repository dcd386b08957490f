//! Columns as text: strings of every layout as they are, numbers in decimal, truth values by name, times in RFC 3339.

use std::{borrow::Cow, sync::Arc};

use arrow_array::{
    Array, LargeStringArray, StringArray, StringViewArray,
    cast::AsArray,
    types::{
        Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// A column as text.
pub(super) enum Texts {
    Small(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    Made(Vec<Option<String>>),
    /// The values of a dictionary, and which of them each row has.
    Dictionary(Box<Texts>, Vec<Option<usize>>),
}

/// Whether a type has a text form here.
pub(super) fn has_text(kind: &DataType) -> bool {
    use DataType::{Boolean, Date32, Dictionary, LargeUtf8, Null, Timestamp, Utf8, Utf8View};
    match kind {
        Utf8 | LargeUtf8 | Utf8View | Boolean | Date32 | Timestamp(..) | Null => true,
        Dictionary(_, values) => has_text(values),
        other => other.is_integer() || matches!(other, DataType::Float32 | DataType::Float64),
    }
}

/// The values of a primitive column, each as text.
macro_rules! made {
    ($column:expr, $type:ty, $text:expr) => {
        Texts::Made($column.as_primitive::<$type>().iter().map(|value| value.and_then($text)).collect())
    };
    ($column:expr, $type:ty) => {
        made!($column, $type, |value| Some(value.to_string()))
    };
}

fn time(instant: Result<Timestamp, jiff::Error>) -> Option<String> {
    instant.ok().map(|instant| instant.to_string())
}

impl Texts {
    /// The text of each value; a type without text form gives none.
    pub(super) fn new(column: &Arc<dyn Array>) -> Self {
        match column.data_type() {
            DataType::Utf8 => Self::Small(column.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(column.as_string().clone()),
            DataType::Utf8View => Self::View(column.as_string_view().clone()),
            DataType::Boolean => {
                Self::Made(column.as_boolean().iter().map(|value| value.map(|v| v.to_string())).collect())
            }
            DataType::Int8 => made!(column, Int8Type),
            DataType::Int16 => made!(column, Int16Type),
            DataType::Int32 => made!(column, Int32Type),
            DataType::Int64 => made!(column, Int64Type),
            DataType::UInt8 => made!(column, UInt8Type),
            DataType::UInt16 => made!(column, UInt16Type),
            DataType::UInt32 => made!(column, UInt32Type),
            DataType::UInt64 => made!(column, UInt64Type),
            DataType::Float32 => made!(column, Float32Type),
            DataType::Float64 => made!(column, Float64Type),
            DataType::Date32 => {
                made!(column, Date32Type, |day| time(Timestamp::from_second(i64::from(day) * DAY_SECONDS)))
            }
            DataType::Timestamp(unit, _) => Self::times(column, *unit),
            DataType::Dictionary(..) => Self::dictionary(column),
            _ => Self::Made(Vec::new()),
        }
    }

    fn times(column: &Arc<dyn Array>, unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::Second => made!(column, TimestampSecondType, |at| time(Timestamp::from_second(at))),
            TimeUnit::Millisecond => {
                made!(column, TimestampMillisecondType, |at| time(Timestamp::from_millisecond(at)))
            }
            TimeUnit::Microsecond => {
                made!(column, TimestampMicrosecondType, |at| time(Timestamp::from_microsecond(at)))
            }
            TimeUnit::Nanosecond => {
                made!(column, TimestampNanosecondType, |at| time(Timestamp::from_nanosecond(i128::from(at))))
            }
        }
    }

    fn dictionary(column: &Arc<dyn Array>) -> Self {
        let Some(dictionary) = column.as_any_dictionary_opt() else { return Self::Made(Vec::new()) };
        if dictionary.values().is_empty() {
            return Self::Made(vec![None; column.len()]);
        }
        let keys = dictionary.normalized_keys().into_iter().enumerate();
        let keys = keys.map(|(row, key)| column.is_valid(row).then_some(key)).collect();
        Self::Dictionary(Box::new(Self::new(dictionary.values())), keys)
    }

    /// The text of a row.
    pub(super) fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Small(texts) => texts.is_valid(row).then(|| Cow::Borrowed(texts.value(row))),
            Self::Large(texts) => texts.is_valid(row).then(|| Cow::Borrowed(texts.value(row))),
            Self::View(texts) => texts.is_valid(row).then(|| Cow::Borrowed(texts.value(row))),
            Self::Made(texts) => texts.get(row)?.as_deref().map(Cow::Borrowed),
            Self::Dictionary(values, keys) => values.get((*keys.get(row)?)?),
        }
    }

    /// Bytes of all texts.
    pub(super) fn bytes(&self) -> usize {
        let rows = match self {
            Self::Small(texts) => texts.len(),
            Self::Large(texts) => texts.len(),
            Self::View(texts) => texts.len(),
            Self::Made(texts) => texts.len(),
            Self::Dictionary(_, keys) => keys.len(),
        };
        (0..rows).filter_map(|row| self.get(row)).map(|text| text.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, TimestampMillisecondArray,
        types::Int8Type,
    };

    use super::*;

    #[track_caller]
    fn check(column: impl Array + 'static, expected: &[Option<&str>]) {
        let column: Arc<dyn Array> = Arc::new(column);
        assert!(has_text(column.data_type()));
        let texts = Texts::new(&column);
        let found: Vec<_> = (0..column.len()).map(|row| texts.get(row)).collect();
        assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
        assert_eq!(texts.bytes(), expected.iter().flatten().map(|text| text.len()).sum::<usize>());
    }

    #[test]
    fn every_layout_has_its_text() {
        check(StringArray::from(vec![Some("a"), None]), &[Some("a"), None]);
        check(LargeStringArray::from(vec![Some("a"), None]), &[Some("a"), None]);
        check(StringViewArray::from(vec![Some("a"), None]), &[Some("a"), None]);
        check(Int64Array::from(vec![Some(-7), None]), &[Some("-7"), None]);
        check(Float64Array::from(vec![Some(61.5), None]), &[Some("61.5"), None]);
        check(BooleanArray::from(vec![Some(true), None]), &[Some("true"), None]);
        check(Date32Array::from(vec![Some(1), None]), &[Some("1970-01-02T00:00:00Z"), None]);
        check(TimestampMillisecondArray::from(vec![Some(1_000), None]), &[Some("1970-01-01T00:00:01Z"), None]);
        check(DictionaryArray::<Int8Type>::from_iter([Some("a"), None, Some("b")]), &[Some("a"), None, Some("b")]);
    }
}
