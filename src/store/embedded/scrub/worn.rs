//! Rows for tests that wear the pages they lie in, each with a marker that can be searched for.

use std::{collections::BTreeMap, path::Path};

use rusqlite::Connection;

/// Makes a table `worn` whose rows of many widths come, grow, shrink and go. Gives the markers of what is there and of what
/// no longer is.
pub(in super::super) fn wear(data: &Connection) -> [Vec<String>; 2] {
    data.execute_batch("CREATE TABLE worn(number INTEGER PRIMARY KEY, value TEXT)").unwrap();
    let (mut live, mut gone) = (BTreeMap::new(), Vec::new());
    for step in 0..6_000_u64 {
        let (row, marker) = (step * 2_654_435_761 % 1_499, format!("<{step:06}>"));
        let value = marker.clone() + &"x".repeat(usize::try_from(step * 40_503 % 1_931).unwrap());
        if step % 7 == 0 {
            data.execute("DELETE FROM worn WHERE number = ?1", [row]).unwrap();
            gone.extend(live.remove(&row));
        } else {
            data.execute("INSERT OR REPLACE INTO worn VALUES(?1, ?2)", (row, value)).unwrap();
            gone.extend(live.insert(row, marker));
        }
    }
    [live.into_values().collect(), gone]
}

/// How many of the markers are anywhere in a file.
pub(in super::super) fn hits(path: &Path, markers: &[String]) -> usize {
    let file = std::fs::read(path).unwrap();
    markers.iter().filter(|marker| memchr::memmem::find(&file, marker.as_bytes()).is_some()).count()
}
