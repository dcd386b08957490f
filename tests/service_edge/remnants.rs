//! What is left of a live conversation on the disk: the bytes of every file, searched at every offset for sealed values,
//! and each opened with every key that is left. What a later turn took out of a stored one is in none of them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};
use triaged::{
    crypto::{Key, KeyKind, KeyName, MasterKey, Place, Secret, StoreId},
    id::TenantId,
    service::pb::{self, intake_service_client::IntakeServiceClient},
    store::AccessRole,
};
use uuid::Uuid;

use crate::{
    harness::Server,
    live_client::{Live, chat},
};

const KINDS: [KeyKind; 8] = [
    KeyKind::Master,
    KeyKind::Tenant,
    KeyKind::Subject,
    KeyKind::Case,
    KeyKind::Interaction,
    KeyKind::InstanceLookup,
    KeyKind::TenantLookup,
    KeyKind::Signing,
];

/// Leading byte of a sealed value, and how long the smallest is: format, key version, nonce, tag.
const SEALED: u8 = 1;
const SEALED_BYTES_MIN: usize = 1 + 4 + 12 + 16;

fn read_only(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// A row of the key file: whose key, under which, and the wrap.
struct Wrap {
    name: (Uuid, u8, u32),
    tenant: Uuid,
    parent: (Uuid, u32),
    wrapped: Vec<u8>,
}

fn wraps(keys: &Path) -> Vec<Wrap> {
    let keys = read_only(&keys.join("keys.db"));
    let mut statement =
        keys.prepare("SELECT id, kind, version, tenant, parent, parent_version, wrapped FROM wrapped_keys").unwrap();
    let id = |bytes: [u8; 16]| Uuid::from_bytes(bytes);
    let rows = statement.query_map([], |row| {
        Ok(Wrap {
            name: (id(row.get(0)?), row.get(1)?, row.get(2)?),
            tenant: id(row.get(3)?),
            parent: (id(row.get(4)?), row.get(5)?),
            wrapped: row.get(6)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Everything a thief has who holds the master key and the key file: each key that is left, and its tenant.
fn keys_left(store: StoreId, keys: &Path) -> Vec<(Key, TenantId)> {
    let master = MasterKey::new(Secret::from_slice(&[7; 32]).unwrap()).unwrap();
    let (mut left, mut waiting) = (Vec::<(Key, TenantId)>::new(), wraps(keys));
    loop {
        let before = waiting.len();
        waiting.retain(|wrap| {
            let (id, kind, version) = wrap.name;
            let kind = KINDS.into_iter().find(|one| *one as u8 == kind).unwrap();
            let (name, tenant) = (KeyName { kind, id, version }, TenantId(wrap.tenant));
            let parents = left.iter().map(|(key, _)| key).chain([master.key()]);
            let mut parents = parents.filter(|key| (key.name().id, key.name().version) == wrap.parent);
            let opened = parents.find_map(|key| key.unwrap_key(store, tenant, name, &wrap.wrapped).ok());
            let opens = opened.is_some();
            drop(parents);
            left.extend(opened.map(|key| (key, tenant)));
            !opens
        });
        if waiting.len() == before {
            assert!(waiting.is_empty(), "{} keys do not open", waiting.len());
            return left;
        }
    }
}

/// Lengths of the sealed values in a data file.
fn lengths(data: &Path) -> BTreeSet<usize> {
    let data = read_only(&data.join("data.db"));
    let columns = "SELECT LENGTH(turns) FROM segments UNION SELECT LENGTH(facts) FROM interactions \
                   UNION SELECT LENGTH(assessment) FROM interactions UNION SELECT LENGTH(sealed) FROM cases";
    let mut statement = data.prepare(columns).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn files(dirs: &[&Path]) -> Vec<PathBuf> {
    dirs.iter().flat_map(|dir| fs::read_dir(dir).unwrap()).map(|entry| entry.unwrap().path()).collect()
}

/// Whatever opens in these files with these keys, as text.
fn opened(files: &[PathBuf], store: StoreId, keys: &[(Key, TenantId)], lengths: &BTreeSet<usize>) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let bytes = fs::read(file).unwrap();
        for at in 0..bytes.len().saturating_sub(SEALED_BYTES_MIN) {
            // Any version: a thief writes another one in its place.
            if bytes[at] != SEALED || bytes[at + 1..at + 4] != [0; 3] || bytes[at + 4] > 9 {
                continue;
            }
            for sealed in lengths.iter().filter_map(|length| bytes.get(at..at + length)) {
                for (key, tenant) in keys {
                    found.extend(open(key, *tenant, store, sealed));
                }
            }
        }
    }
    found
}

/// Opens a value as each field, segment and version in turn.
fn open(key: &Key, tenant: TenantId, store: StoreId, sealed: &[u8]) -> Option<String> {
    let mut patched = sealed.to_vec();
    patched[1..5].copy_from_slice(&key.name().version.to_be_bytes());
    let record = key.name().id;
    let places = (1..=5).flat_map(|field| (0..6).map(move |segment| (field, segment)));
    let places = places.flat_map(|(field, segment)| (1..=3).map(move |version| (field, segment, version)));
    let mut places = places.map(|(field, segment, version)| Place { store, tenant, record, field, segment, version });
    let plain = places.find_map(|place| key.open(&place, &patched).ok())?;
    Some(String::from_utf8_lossy(&plain).into_owned())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(&[from]) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_later_turn_takes_out_is_in_no_file_and_no_backup_under_any_key_that_is_left() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (data, keys) = (server.dirs.path().join("data"), server.dirs.path().join("keys"));
    let backup = server.dirs.path().join("backup");
    let request = Uuid::from_u128(3).to_string();
    let (mut live, _) = Live::open(IntakeServiceClient::new(client), chat(&request)).await.unwrap();
    let said = ["C:the order of quimby is late", "A:your card number please?", "C:4111 1111", "C:1111", "C:1111"];
    for (at, said) in said.iter().enumerate() {
        live.say(at + 1, said).await.unwrap();
    }
    let store: [u8; 16] = read_only(&data.join("data.db"))
        .query_row("SELECT value FROM meta WHERE name = 'store_id'", [], |row| row.get(0))
        .unwrap();
    let store = StoreId(store);
    copy(&data, &backup);
    let mut lengths_seen = lengths(&data);
    let before = opened(&files(&[&data]), store, &keys_left(store, &keys), &lengths_seen);
    assert!(before.iter().any(|text| text.contains("quimby")), "the search finds what is there: {}", before.len());
    assert!(before.iter().all(|text| !text.contains("1111")), "digits that wait are not stored");

    // The card is complete, and who that is becomes known: both are taken out of what is stored.
    let revised = live.say(6, "C:my husband, his name is Carlos Quimby").await.unwrap().revised_turns;
    assert!(revised.iter().any(|turn| turn.index == 0 && !turn.text.contains("quimby")), "{revised:?}");
    assert!(revised.iter().any(|turn| turn.text == "[CREDIT_CARD]"), "{revised:?}");
    live.close(pb::Handling::Closed).await.unwrap();
    lengths_seen.extend(lengths(&data));
    let left = keys_left(store, &keys);
    assert!(left.iter().any(|(key, _)| key.name().kind == KeyKind::Interaction && key.name().version > 1));
    let after = opened(&files(&[&data, &keys, &backup]), store, &left, &lengths_seen);
    assert!(after.iter().any(|text| text.contains("[CREDIT_CARD]")), "the search finds what is there: {}", after.len());
    for text in &after {
        assert!(!text.contains("1111") && !text.contains("quimby"), "{text}");
    }
}
