//! What the bytes of a store are, by table and index.

use std::path::Path;

use rusqlite::Connection;
use triaged::store::Store as _;

use super::{Bench, disk_bytes};

/// Fills a store and prints what each table and index takes up for a submission.
pub(crate) async fn print(items: usize) {
    let bench = Bench::new().await;
    bench.submit(64, 0, items).await;
    bench.store.close().await.unwrap();
    println!("file       table or index                      bytes a submission   of them unused");
    for file in ["data/data.db", "keys/keys.db"] {
        by_table(&bench.dir.path().join(file), items as f64);
    }
    let all = disk_bytes(bench.dir.path()) as f64 / items as f64;
    println!("{all:.0} bytes a submission of {:.0} bytes of text: {:.3}", bench.payload(), all / bench.payload());
}

fn by_table(path: &Path, items: f64) {
    let file = Connection::open(path).unwrap();
    let sql = "SELECT name, SUM(pgsize), SUM(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    for (name, bytes, unused) in rows.unwrap().map(Result::<(String, f64, f64), _>::unwrap) {
        if bytes / items >= 1.0 {
            let (file, share) = (path.file_name().unwrap().display(), unused / bytes * 100.0);
            println!("{file:<10} {name:<34} {:>19.1} {share:>14.1} %", bytes / items);
        }
    }
}
