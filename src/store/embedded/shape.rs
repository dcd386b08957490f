//! The tables, indexes, views and triggers of both files, held against what this release makes. A trigger that another hand
//! has planted, or a definition in which a bit changed, ends the opening.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{OpenError, files::Files, graves, migrate, schema, slots, versions};

/// A definition in a file: its kind, its name, the table it belongs to, and its text.
type Definition = (String, String, String, Option<String>);

/// Holds both files, of the present formats, against what is made anew.
///
/// # Errors
/// A definition is missing, is another, or is one too many.
pub(super) fn check(files: &Files, data: &Connection, keys: &Connection) -> Result<(), OpenError> {
    for (path, connection, expected) in [(files.data(), data, of_data()?), (files.keys(), keys, of_keys()?)] {
        if let Some(changed) = difference(&expected, &definitions(connection)?) {
            return Err(OpenError::Shape { file: path, changed });
        }
    }
    Ok(())
}

fn of_data() -> rusqlite::Result<BTreeSet<Definition>> {
    let mut data = Connection::open_in_memory()?;
    data.execute_batch(schema::DATA)?;
    migrate::migrate(&mut data, schema::FIRST)?;
    definitions(&data)
}

fn of_keys() -> rusqlite::Result<BTreeSet<Definition>> {
    let keys = Connection::open_in_memory()?;
    keys.execute_batch(schema::KEYS)?;
    slots::make(&keys)?;
    versions::prepare(&keys)?;
    graves::prepare(&keys)?;
    definitions(&keys)
}

fn definitions(connection: &Connection) -> rusqlite::Result<BTreeSet<Definition>> {
    // Statistics of SQLite's own, whose names nobody else can give.
    let every = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'";
    let mut statement = connection.prepare(every)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}

/// The first difference, in words. A name that is not ours is not repeated: whoever planted it chose it.
fn difference(expected: &BTreeSet<Definition>, found: &BTreeSet<Definition>) -> Option<String> {
    let missing =
        expected.difference(found).next().map(|(kind, name, ..)| format!("{kind} {name} is not as it was made"));
    let planted = || found.difference(expected).next().map(|_| "there is a definition of another hand".to_owned());
    missing.or_else(planted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: &str, expected: Option<&str>) {
        let mut data = Connection::open_in_memory().unwrap();
        data.execute_batch(schema::DATA).unwrap();
        migrate::migrate(&mut data, schema::FIRST).unwrap();
        data.execute_batch(change).unwrap();
        assert_eq!(difference(&of_data().unwrap(), &definitions(&data).unwrap()).as_deref(), expected);
    }

    #[test]
    fn any_change_of_a_definition_is_seen() {
        let planted = Some("there is a definition of another hand");
        check("", None);
        check(
            "CREATE TRIGGER spy AFTER DELETE ON segments BEGIN INSERT INTO segments VALUES(OLD.number, OLD.turns); END",
            planted,
        );
        check("CREATE TABLE copy AS SELECT * FROM segments", planted);
        check("CREATE VIEW all_turns AS SELECT turns FROM segments", planted);
        check("DROP INDEX cases_tenant", Some("index cases_tenant is not as it was made"));
        check("DROP TRIGGER cases_gone", Some("trigger cases_gone is not as it was made"));
        check("ALTER TABLE cases ADD COLUMN note TEXT", Some("table cases is not as it was made"));
    }
}
