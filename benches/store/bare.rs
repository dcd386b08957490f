//! The store to measure against: the same rows in the same tables of the same two files, group-committed in the same way, but
//! nothing sealed, nothing hashed, no key unwrapped, nothing asked. Its rows are copies of what the store itself wrote for a
//! submission, without what sealing adds.

use std::{path::Path, sync::mpsc, thread};

use rusqlite::{Connection, types::Value};
use tokio::sync::oneshot;

use super::{cpu, disk_bytes};

/// Tables, each with its columns that are new.
type Fresh = &'static [(&'static str, &'static [&'static str])];

/// Format, key version, nonce and tag of a sealed value.
const SEAL_BYTES: usize = 33;
const SEALED: [&str; 7] = ["sealed", "facts", "assessment", "recording", "turns", "wrapped", "manifest"];
/// How many submissions one transaction takes, as in the store.
const GROUP_MAX: usize = 512;
/// Tables that a submission adds rows to, with the columns that are new for each.
const TABLES: [(&str, Fresh); 2] = [
    ("keys/keys.db", &[("wraps", &["id"]), ("identifiers", &["hash", "subject"])]),
    (
        "data/data.db",
        &[
            ("cases", &["number", "case_id"]),
            ("interactions", &["number", "interaction_id"]),
            ("segments", &["number"]),
            ("requests", &["number", "request_id"]),
            ("items", &["case_number", "case_id"]),
            ("events", &["number", "salt", "hash"]),
        ],
    ),
];

/// The rows of one submission in one table.
struct Rows {
    insert: String,
    pattern: Vec<Vec<Value>>,
    fresh: Vec<bool>,
}

/// A file with the rows that a submission adds to it.
struct Half {
    connection: Connection,
    tables: Vec<Rows>,
}

impl Half {
    /// Makes the same tables as in `sealed`, with the rows of its last submission as a pattern.
    fn new(sealed: &Path, bare: &Path, tables: &[(&str, &[&str])]) -> Self {
        let from = Connection::open(sealed).unwrap();
        let connection = Connection::open(bare).unwrap();
        let page: i64 = from.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
        connection.pragma_update(None, "page_size", page).unwrap();
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
        connection.pragma_update(None, "synchronous", "full").unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 8192).unwrap();
        connection.pragma_update(None, "cache_size", -65_536).unwrap();
        connection.set_prepared_statement_cache_capacity(128);
        let mut statement = from.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").unwrap();
        let sql = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        sql.for_each(|sql| connection.execute_batch(&sql.unwrap()).unwrap());
        Self { tables: tables.iter().map(|(table, fresh)| Rows::read(&from, table, fresh)).collect(), connection }
    }

    /// Writes the rows of a submission with this number.
    fn write(&self, number: i64) {
        for table in &self.tables {
            let mut statement = self.connection.prepare_cached(&table.insert).unwrap();
            for (at, row) in table.pattern.iter().enumerate() {
                let values = row.iter().zip(&table.fresh).map(|(value, fresh)| renew(value, *fresh, number, at));
                statement.execute(rusqlite::params_from_iter(values)).unwrap();
            }
        }
    }
}

impl Rows {
    fn read(from: &Connection, table: &str, fresh: &[&str]) -> Self {
        let count = if table == "wraps" { 3 } else { 1 };
        let order = if ["wraps", "identifiers"].contains(&table) { "" } else { "ORDER BY rowid DESC" };
        let filter = if table == "wraps" { "WHERE kind IN (3, 4, 5)" } else { "" };
        let mut statement = from.prepare(&format!("SELECT * FROM {table} {filter} {order} LIMIT {count}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let plain = |value: Value, column: &str| match value {
            Value::Blob(bytes) if SEALED.contains(&column) && column != "manifest" => {
                Value::Blob(bytes[..bytes.len() - SEAL_BYTES].to_vec())
            }
            _ if column == "manifest" => Value::Null,
            value => value,
        };
        let read = |row: &rusqlite::Row<'_>| {
            columns
                .iter()
                .enumerate()
                .map(|(at, column)| Ok(plain(row.get(at)?, column)))
                .collect::<Result<Vec<_>, _>>()
        };
        let rows: Vec<_> = statement.query_map([], read).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), count, "{table} has no row of a submission");
        let marks = vec!["?"; columns.len()].join(", ");
        let fresh = columns.iter().map(|column| fresh.contains(&column.as_str())).collect();
        Self { insert: format!("INSERT INTO {table} VALUES({marks})"), pattern: rows, fresh }
    }
}

/// The value, or one that no other submission has.
fn renew(value: &Value, fresh: bool, number: i64, at: usize) -> Value {
    match value {
        Value::Integer(_) if fresh => Value::Integer(number),
        Value::Blob(bytes) if fresh => {
            // Ids begin with their time, so that they come in order; hashes are random.
            let mut new = bytes.clone();
            let random: [u8; 16] = triaged::crypto::random().unwrap();
            new.iter_mut().zip(random).for_each(|(to, from)| *to = from);
            if bytes.len() == 16 && bytes[0] <= 1 {
                new.iter_mut().zip(&number.to_be_bytes()[2..]).for_each(|(to, from)| *to = *from);
                new[6] = u8::try_from(at).unwrap();
            }
            Value::Blob(new)
        }
        value => value.clone(),
    }
}

/// Writes `items` submissions with `writers` in flight; gives CPU microseconds a submission and bytes on disk a submission.
pub(crate) async fn run(sealed: &Path, dir: &Path, writers: usize, items: usize) -> (f64, f64) {
    for folder in ["data", "keys"] {
        std::fs::create_dir_all(dir.join(folder)).unwrap();
    }
    let halves = TABLES.map(|(file, tables)| Half::new(&sealed.join(file), &dir.join(file), tables));
    let (send, receive) = mpsc::sync_channel::<(i64, oneshot::Sender<()>)>(8192);
    let used = cpu();
    let committer = thread::spawn(move || {
        while let Ok(first) = receive.recv() {
            let mut group = vec![first];
            while group.len() < GROUP_MAX {
                let Ok(next) = receive.try_recv() else { break };
                group.push(next);
            }
            for half in &halves {
                half.connection.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
                for (number, _) in &group {
                    half.write(*number);
                }
                half.connection.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
            }
            for (_, reply) in group {
                reply.send(()).unwrap();
            }
        }
    });
    let tasks = (0..writers).map(|writer| {
        let send = send.clone();
        tokio::spawn(async move {
            for item in 0..items / writers {
                let (reply, answer) = oneshot::channel();
                send.try_send((i64::try_from(writer * (items / writers) + item + 1).unwrap(), reply)).unwrap();
                answer.await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    drop(send);
    committer.join().unwrap();
    let done = (items / writers * writers) as f64;
    ((cpu() - used) / done, disk_bytes(dir) as f64 / done)
}
