//! The real binary over real files: formats, rejects, kills, permissions.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "../common/canary.rs"]
mod canary;
#[path = "../../benches/tickets/generate.rs"]
mod generate;
mod harness;

mod faults;
mod planted;

use std::{collections::BTreeSet, fs, io::Write as _, os::unix::fs::PermissionsExt, path::Path};

use harness::{digest, home, path, rescore, tickets, triaged};

#[test]
fn every_format_and_thread_count_and_analyze_give_one_digest() {
    let home = home();
    let input = tickets(&home, 1_500);
    let mut digests = BTreeSet::new();
    let names = ["jsonl", "csv", "tsv", "parquet", "arrow", "arrows", "jsonl.gz", "csv.zst"];
    for name in names {
        for threads in ["1", "2"] {
            let output = path(&home, &format!("out{threads}.{name}"));
            let (code, said) = rescore(&[&input, "-o", &output, "--threads", threads]);
            assert_eq!(code, 0, "{said}");
            digests.insert(digest(&said));
            let read_back = triaged(&["digest", &output]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&read_back.stdout).trim(), digest(&said), "{name}");
        }
        assert_eq!(
            fs::read(path(&home, &format!("out1.{name}"))).unwrap(),
            fs::read(path(&home, &format!("out2.{name}"))).unwrap(),
            "{name}: bytes depend on the number of threads"
        );
    }
    assert_eq!(digests.len(), 1, "{digests:?}");
    let expected = |digest: &str| triaged(&["digest", &path(&home, "out1.csv"), "--expect", digest]).status().unwrap();
    assert_eq!(expected(digests.first().unwrap()).code(), Some(0));
    assert_ne!(expected(&"0".repeat(64)).code(), Some(0));
    let analyzed = triaged(&["analyze"]).stdin(fs::File::open(&input).unwrap()).output().unwrap();
    assert!(analyzed.stdout == fs::read(path(&home, "out1.jsonl")).unwrap(), "analyze writes other bytes");
}

/// The same tickets as columns.
fn as_csv(jsonl: &str, to: &str) {
    let mut writer = csv::Writer::from_path(to).unwrap();
    writer.write_record(["id", "lang", "channel", "text", "note"]).unwrap();
    for line in fs::read_to_string(jsonl).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| row[name].as_str().unwrap().to_owned();
        writer.write_record([cell("id"), cell("lang"), cell("channel"), cell("text"), "x".to_owned()]).unwrap();
    }
    writer.flush().unwrap();
}

#[cfg(feature = "columnar")]
fn as_parquet(jsonl: &str, to: &str) {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    let text = fs::read_to_string(jsonl).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let column =
        |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<StringArray>()) };
    let columns = ["id", "lang", "channel", "text"].map(|name| (name, column(name)));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(fs::File::create(to).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[cfg(feature = "columnar")]
#[test]
fn every_format_of_input_gives_the_same_digest() {
    let home = home();
    let input = tickets(&home, 700);
    let names = ["in.csv", "in.parquet", "in.jsonl.gz", "in.arrow", "in.arrows"].map(|name| path(&home, name));
    as_csv(&input, &names[0]);
    as_parquet(&input, &names[1]);
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(&names[2]).unwrap(), flate2::Compression::fast());
    packed.write_all(&fs::read(&input).unwrap()).unwrap();
    packed.finish().unwrap();
    let mut digests = BTreeSet::new();
    for name in names[..3].iter().chain([&input]) {
        let (code, said) = rescore(&[name, "-o", &path(&home, "out.jsonl"), "--overwrite"]);
        assert_eq!(code, 0, "{said}");
        digests.insert(digest(&said));
    }
    assert_eq!(digests.len(), 1, "{digests:?}");
}

#[test]
fn an_output_is_private_and_never_lies_where_everybody_may_read() {
    let home = home();
    let input = tickets(&home, 20);
    let open = home.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    let (code, said) = rescore(&[&input, "-o", open.join("out.csv").to_str().unwrap()]);
    assert!(code == 3 && said.contains("everybody may read this directory"), "{said}");
    assert_eq!(fs::read_dir(&open).unwrap().count(), 0);
    let output = path(&home, "new/out.csv");
    assert_eq!(rescore(&[&input, "-o", &output]).0, 0);
    assert_eq!(fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, said) = rescore(&[&input, "-o", &output]);
    assert!(code == 5 && said.contains("is there already"), "{said}");
}

#[test]
fn inputs_are_deleted_only_after_the_output_was_read_back() {
    for name in ["out.jsonl", "out.csv.gz", "out.parquet", "out.arrow", "out.arrows"] {
        let home = home();
        let input = tickets(&home, 50);
        let (code, said) = rescore(&[&input, "-o", &path(&home, name)]);
        assert_eq!(code, 0);
        assert!(said.contains("raw inputs still on disk: 1"), "{said}");
        let (code, said) = rescore(&[&input, "-o", &path(&home, name), "--overwrite", "--delete-input"]);
        assert_eq!(code, 0, "{name}: {said}");
        assert!(!Path::new(&input).exists(), "{name}");
    }
}

#[test]
fn an_input_stays_where_it_is_the_only_copy_of_a_row() {
    let home = home();
    let (input, output) = (path(&home, "in.jsonl"), path(&home, "out.jsonl"));
    fs::write(&input, "{\"id\":\"1\",\"text\":\"still broken\"}\n{\"id\":\"2\"}\n").unwrap();
    let (code, said) = rescore(&[&input, "-o", &output, "--delete-input"]);
    assert!(code == 1 && said.contains("refused rows are nowhere else"), "{said}");
    assert!(Path::new(&input).exists());
    let (code, said) = rescore(&[&input, "-o", &input, "--overwrite", "--delete-input"]);
    assert!(code == 5 && said.contains("is an input"), "{code} {said}");
    assert_eq!(fs::read_to_string(&input).unwrap().lines().count(), 2);
}

#[cfg(feature = "columnar")]
#[test]
fn a_filter_of_arrow_streams_answers_every_row_in_order() {
    let home = home();
    let input = tickets(&home, 900);
    let stream = path(&home, "in.arrows");
    assert_eq!(rescore(&[&input, "-o", &stream]).0, 0);
    // Results have no `text`, so the filter reads a stream made of the tickets themselves.
    let batches = {
        use std::sync::Arc;

        use arrow_array::{ArrayRef, RecordBatch, StringArray};

        let text = fs::read_to_string(&input).unwrap();
        let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let column =
            |name: &str| -> ArrayRef { Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<StringArray>()) };
        let batch = RecordBatch::try_from_iter(["id", "text", "tier"].map(|name| (name, column(name)))).unwrap();
        let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    };
    fs::write(path(&home, "raw.arrows"), batches).unwrap();
    let found = triaged(&["rescore", "-", "-o", "-", "--format", "arrow-stream"])
        .stdin(fs::File::open(path(&home, "raw.arrows")).unwrap())
        .output()
        .unwrap();
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    let reader = arrow_ipc::reader::StreamReader::try_new(&found.stdout[..], None).unwrap();
    let ids: Vec<String> = reader
        .flat_map(|batch| {
            use arrow_array::cast::AsArray;
            let batch = batch.unwrap();
            let ids = batch.column_by_name("id").unwrap().as_string::<i32>().clone();
            ids.iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(ids, (0..900).map(|id| format!("g{id}")).collect::<Vec<_>>());
}

#[test]
fn a_comparison_names_what_changed_and_why() {
    let home = home();
    let input = tickets(&home, 400);
    let old = path(&home, "old.jsonl");
    assert_eq!(rescore(&[&input, "-o", &old]).0, 0);
    let same = rescore(&[&input, "-o", &path(&home, "a.csv"), "--compare", &old]).1;
    let unchanged =
        "compared 400 rows (0 not scored before): 0 became negative, 0 became neutral, 0 have another level";
    assert!(same.contains(unchanged), "{same}");
    let mut rows: Vec<serde_json::Value> =
        fs::read_to_string(&old).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changed = rows.iter().position(|row| row["sentiment"] == "negative").unwrap();
    let score = rows[changed]["score_millis"].as_i64().unwrap();
    rows[changed]["sentiment"] = "neutral".into();
    rows[changed]["score_millis"] = (score - 77).into();
    rows[changed]["evidence"].as_array_mut().unwrap().push(serde_json::json!({"signal": "waiting", "millis": -77}));
    let id = rows[changed]["id"].as_str().unwrap().to_owned();
    rows.remove(usize::from(changed == 0));
    // The fields of an edited row stand in the order of their names; the id belongs before the others.
    let edited: Vec<String> = rows.iter_mut().map(with_id_first).collect();
    fs::write(&old, edited.concat()).unwrap();
    let said = rescore(&[&input, "-o", &path(&home, "b.csv"), "--compare", &old]).1;
    assert!(said.contains("compared 399 rows (1 not scored before): 1 became negative, 0 became neutral, 0"), "{said}");
    assert!(said.contains(&format!("{id}: {} -> {score} (waiting +77)", score - 77)), "{said}");
}

fn with_id_first(row: &mut serde_json::Value) -> String {
    let id = row.as_object_mut().unwrap().remove("id").unwrap();
    let rest = row.to_string();
    format!("{{\"id\":{id},{}\n", rest.strip_prefix('{').unwrap())
}

#[test]
fn a_second_lexicon_is_compared_in_the_same_run_and_by_evidence() {
    let home = home();
    let input = tickets(&home, 400);
    let lexicon = path(&home, "shop.tsv");
    fs::write(&lexicon, "# language: en\ndark theme\t1900\tchurn\n").unwrap();
    let (plain, other) = (path(&home, "plain.jsonl"), path(&home, "other.jsonl"));
    let (code, said) = rescore(&[&input, "-o", &plain, "--compare-lexicon", &lexicon]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(digest(&said), digest(&rescore(&[&input, "-o", &path(&home, "alone.jsonl")]).1), "the results changed");
    let moved = said.lines().find(|line| line.contains("churn +")).unwrap_or_else(|| panic!("{said}"));
    assert!(moved.contains(" -> "), "{moved}");
    let changes = |said: &str| {
        said.lines()
            .filter(|line| line.starts_with("compared") || line.starts_with("  "))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let (code, apart) = rescore(&[&input, "-o", &other, "--lexicon", &lexicon, "--compare", &plain]);
    assert_eq!(code, 0, "{apart}");
    assert_ne!(digest(&apart), digest(&said));
    let both = [changes(&said), changes(&apart)]
        .map(|lines| lines.into_iter().filter(|line| !line.contains("readable by")).collect::<Vec<_>>());
    assert_eq!(both[0], both[1], "one run and two runs tell of other changes");
}

#[test]
fn the_report_is_one_page_that_loads_nothing() {
    let home = home();
    let input = tickets(&home, 300);
    let page = |threads: &str, name: &str| {
        let (output, report) = (path(&home, &format!("{name}.csv")), path(&home, &format!("{name}.html")));
        let (code, said) = rescore(&[&input, "-o", &output, "--report", &report, "--threads", threads]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o600);
        (fs::read_to_string(report).unwrap(), digest(&said))
    };
    let (one, digest) = page("1", "one");
    assert_eq!(one, page("2", "two").0);
    assert!(one.contains(digest.trim_start_matches("sha256:")));
    let links = one.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http", "<script", "src=", "href=", "url(", "@import"] {
        assert!(!links.contains(foreign), "{foreign}");
    }
    assert_eq!(one.matches("<svg").count(), 4, "four charts");
}

#[test]
fn the_sample_archive_is_scored_whole() {
    let home = home();
    let sample = |name: &str| format!("{}/data/sample/{name}", env!("CARGO_MANIFEST_DIR"));
    let (code, said) = rescore(&[&sample("tickets.jsonl"), "-o", &path(&home, "t.parquet")]);
    assert!(code == 0 && said.contains("108 rows read, 108 scored"), "{said}");
    let (code, said) = rescore(&[&sample("helpdesk.csv"), "-o", &path(&home, "h.jsonl"), "--map", "generic"]);
    assert!(code == 0 && said.contains("40 rows read, 40 scored"), "{said}");
    assert!(said.contains("columns: dropped: Assignee"), "{said}");
    let first = fs::read_to_string(path(&home, "h.jsonl")).unwrap();
    assert!(first.starts_with("{\"id\":\"t:4201\","), "{first}");
}

#[cfg(feature = "age")]
#[test]
fn an_encrypted_input_is_read_with_its_identity_only() {
    use age::secrecy::ExposeSecret;

    let home = home();
    let input = tickets(&home, 60);
    let plain = digest(&rescore(&[&input, "-o", &path(&home, "plain.csv")]).1);
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let sealed = path(&home, "in.jsonl.age");
    let mut writer = encryptor.wrap_output(fs::File::create(&sealed).unwrap()).unwrap();
    writer.write_all(&fs::read(&input).unwrap()).unwrap();
    writer.finish().unwrap();
    let (own, other) = (path(&home, "own.txt"), path(&home, "other.txt"));
    fs::write(&own, identity.to_string().expose_secret()).unwrap();
    fs::write(&other, age::x25519::Identity::generate().to_string().expose_secret()).unwrap();
    let (code, said) = rescore(&[&sealed, "-o", &path(&home, "a.csv"), "--identity", &own]);
    assert!(code == 0 && digest(&said) == plain, "{said}");
    let (code, said) = rescore(&[&sealed, "-o", &path(&home, "b.csv"), "--identity", &other]);
    assert_eq!(code, 5, "{said}");
}
