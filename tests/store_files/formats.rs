//! Stores as every format of the data file wrote them: they open, are brought to the present format, and hold what they held.
//! A format that is newer is refused and left alone.

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

use triaged::{assessment::Label, lexicon::released, store::HoldState, time::ManualClock};

use super::{
    files::{bench, database, filled, new_policy, refusal},
    store_embedded::Home,
    store_suite::{
        Bench, START,
        privacy::{email, officer},
    },
};

/// The present format of the data file and of the key file.
const PRESENT: [(&str, i64); 2] = [("data/data.db", 4), ("keys/keys.db", 4)];

/// The files of a store, compressed.
type Fixture = &'static [(&'static str, &'static [u8])];

macro_rules! fixture {
    ($format:literal: $($file:literal $dir:literal)+) => {
        &[$((
            concat!($dir, $file),
            include_bytes!(concat!("../fixtures/store_format_", $format, "/", $file, ".zst")),
        )),+]
    };
}

/// By the format of the data file. The key file has its second format in the third one and its third in the fourth.
const FORMAT_1: Fixture = fixture!("1": "data.db" "data/" "keys.db" "keys/" "master.key" "");
const FORMAT_2: Fixture = fixture!("2": "data.db" "data/" "keys.db" "keys/" "master.key" "");
const FORMAT_3: Fixture = fixture!("3": "data.db" "data/" "keys.db" "keys/" "tombstones" "keys/" "master.key" "");
const FORMAT_4: Fixture = fixture!("4": "data.db" "data/" "keys.db" "keys/" "tombstones" "keys/" "master.key" "");

fn format(home: &Home, file: &str) -> i64 {
    database(&home.dir.join(file)).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Lays out a fixture of a format of the data file, opens it, and looks at what every fixture holds.
async fn opened(fixture: Fixture, data_format: i64) -> (Home, Arc<ManualClock>, Bench) {
    let (home, clock) = Home::new(START);
    for (file, bytes) in fixture {
        let path = home.dir.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, zstd::decode_all(*bytes).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(format(&home, "data/data.db"), data_format);
    let bench = bench(&home, &clock).await;
    assert_eq!(PRESENT.map(|(file, _)| format(&home, file)), PRESENT.map(|(_, known)| known));
    let mut texts = Vec::new();
    for case in bench.cases(bench.tenant).await {
        for interaction in bench.store.get_case(bench.supervisor(), case.case).await.unwrap().1 {
            assert!(interaction.has_recording);
            texts.push(interaction.content.turns[0].text.as_str().to_owned());
        }
    }
    texts.sort();
    assert_eq!(texts, ["one parcel is late", "two are late"]);
    (home, clock, bench)
}

/// The revision that a new policy gets.
async fn next_revision(bench: &Bench) -> u32 {
    let policy = new_policy(bench, triaged::policy::Policy::default());
    bench.store.put_policy(policy).await.unwrap().policy.revision
}

/// How people have labelled what is stored.
async fn labels(bench: &Bench) -> Vec<Label> {
    let mut labels = Vec::new();
    for case in bench.cases(bench.tenant).await {
        let (_, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
        labels.extend(interactions.iter().filter_map(|one| one.correction?.correction.label));
    }
    labels
}

#[tokio::test]
async fn a_store_of_format_1_stays_readable() {
    let (_home, _clock, bench) = opened(FORMAT_1, 1).await;
    assert!(bench.cases(bench.tenant).await.iter().all(|case| case.queued.is_some()));
    assert_eq!(bench.lease_one().await.value, 2000);
    let shipped = bench.store.get_policy(bench.tenant, None).await.unwrap().policy;
    assert_eq!((shipped.revision, shipped.lexicon_revision.as_str()), (1, released::UNNAMED));
    let present = bench.store.present_policies().await.unwrap();
    assert_eq!(present.len(), 2, "each tenant goes on with the lexicon of the release before");
    assert_eq!(next_revision(&bench).await, 2, "what later formats added is there");
}

#[tokio::test]
async fn a_store_of_format_2_stays_readable() {
    let (_home, _clock, bench) = opened(FORMAT_2, 2).await;
    assert!(bench.cases(bench.tenant).await.iter().all(|case| case.queued.is_some()));
    assert_eq!((labels(&bench).await, next_revision(&bench).await), (vec![Label::Negative], 3));
}

#[tokio::test]
async fn a_store_of_format_3_stays_readable_and_what_was_erased_stays_so() {
    let (_home, _clock, bench) = opened(FORMAT_3, 3).await;
    assert_eq!((labels(&bench).await, next_revision(&bench).await), (vec![Label::Negative], 3));
    let cases = bench.cases(bench.tenant).await;
    let merged: Vec<_> = cases.iter().filter_map(|case| case.merged_into).collect();
    assert_eq!((cases.len(), merged.len()), (2, 1));
    let officer = officer(bench.tenant);
    let found = bench.store.lookup_subjects(officer, vec![email("gone@example.com")]).await.unwrap();
    assert!(found.is_empty());
    let holds = bench.store.list_holds(officer).await.unwrap();
    assert_eq!(holds.iter().map(|hold| hold.state).collect::<Vec<_>>(), [HoldState::Active]);
    assert_eq!(bench.store.list_recipients(officer).await.unwrap().len(), 1);
    while bench.upkeep().await.more {}
    assert_eq!(bench.cases(bench.tenant).await.len(), 2);
}

#[tokio::test]
async fn a_store_of_format_4_whose_keys_say_of_which_tenant_they_are_stays_readable() {
    let (home, _clock, bench) = opened(FORMAT_4, 4).await;
    assert_eq!((labels(&bench).await, next_revision(&bench).await), (vec![Label::Negative], 3));
    let tenants = "SELECT COUNT(*) FROM wrapped_keys WHERE kind = 5 AND tenant = ?1";
    let keys = database(&home.dir.join("keys/keys.db"));
    let own: i64 = keys.query_row(tenants, [bench.tenant.as_bytes()], |row| row.get(0)).unwrap();
    assert!(own >= 2, "{own}");
}

#[tokio::test]
async fn a_newer_format_is_refused_and_nothing_is_written() {
    for (file, known) in PRESENT {
        let (home, _) = filled().await;
        let newer = known + 1;
        database(&home.dir.join(file)).pragma_update(None, "user_version", newer).unwrap();
        let before: Vec<_> = PRESENT.map(|(file, _)| fs::read(home.dir.join(file)).unwrap()).into();
        let message = format!(
            "DIR/{file} has format {newer}, this release knows {known}: run the newer release; nothing was changed"
        );
        assert_eq!(refusal(&home), message);
        let after: Vec<_> = PRESENT.map(|(file, _)| fs::read(home.dir.join(file)).unwrap()).into();
        assert_eq!(before, after);
    }
}
