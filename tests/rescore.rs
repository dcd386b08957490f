//! The real binary over real files: formats, rejects, kills, permissions.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

#[path = "../benches/tickets/generate.rs"]
mod generate;

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use common::canary::Canaries;
use generate::Numbers;

fn triaged(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
    command.args(arguments);
    command
}

/// Runs `triaged rescore` and gives its exit code and what it said.
#[track_caller]
fn rescore(arguments: &[&str]) -> (i32, String) {
    let Output { status, stderr, .. } = triaged(&["rescore"]).args(arguments).output().unwrap();
    (status.code().expect("not killed"), String::from_utf8(stderr).unwrap())
}

fn digest(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("digest ")).unwrap_or_else(|| panic!("no digest: {said}")).to_owned()
}

/// A private directory, as `mktemp -d` makes it.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    home
}

fn path(home: &tempfile::TempDir, name: &str) -> String {
    home.path().join(name).to_str().unwrap().to_owned()
}

fn tickets(home: &tempfile::TempDir, rows: u64) -> String {
    let mut numbers = Numbers(7);
    let text: String = (0..rows).map(|id| generate::line(&mut numbers, id)).collect();
    let name = path(home, "in.jsonl");
    fs::write(&name, text).unwrap();
    name
}

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

/// Starts a run, waits until its partial output has `length` bytes, and kills it. Gives whether it was killed.
fn kill_at(arguments: &[&str], output: &str, length: u64) -> bool {
    let partial = format!("{output}.partial");
    let mut child = triaged(&["rescore"]).args(arguments).stderr(Stdio::null()).spawn().unwrap();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if fs::metadata(&partial).is_ok_and(|metadata| metadata.len() >= length) {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}

/// Kills a run over and over at random lengths of its output, lets it finish, and compares with a run in peace.
#[track_caller]
fn check_kills(ending: &str, kills: u32, resumes: bool) {
    let home = home();
    let input = tickets(&home, 3_000);
    let (peace, killed) = (path(&home, &format!("peace.{ending}")), path(&home, &format!("killed.{ending}")));
    let (_, said) = rescore(&[&input, "-o", &peace]);
    // A format that begins again is killed as soon as it has begun.
    let whole = if resumes { fs::metadata(&peace).unwrap().len() } else { 1 };
    let arguments = [input.as_str(), "-o", killed.as_str(), "--checkpoint-mib", "0"];
    let mut numbers = Numbers(11);
    let mut done = 0;
    for kill in 0..kills {
        // Lengths that grow on the whole, so that most runs go on from where another stopped.
        let reached = whole * u64::from(kill) / u64::from(kills);
        let length = reached + numbers.below(usize::try_from(whole / u64::from(kills)).unwrap().max(1)) as u64;
        done += u32::from(kill_at(&arguments, &killed, length));
        if Path::new(&killed).exists() {
            break;
        }
    }
    assert!(done > 0, "no run was killed");
    if !Path::new(&killed).exists() {
        assert_eq!(rescore(&arguments).0, 0);
    }
    assert!(fs::read(&killed).unwrap() == fs::read(&peace).unwrap(), "{ending}: the bytes differ after {done} kills");
    let again = rescore(&[&input, "-o", &killed, "--overwrite"]).1;
    assert_eq!(digest(&again), digest(&said));
    let left: Vec<PathBuf> = common::canary::files(home.path());
    assert_eq!(left.len(), 3, "something was left behind: {left:?}");
}

#[test]
fn a_run_killed_at_random_moments_ends_with_the_same_bytes() {
    check_kills("jsonl", 30, true);
    check_kills("csv.zst", 6, true);
    check_kills("parquet", 3, false);
}

#[test]
fn rows_in_are_rows_out_and_rejects_and_nothing_of_a_reject_is_told() {
    let home = home();
    let input = path(&home, "in.jsonl");
    let rows: [&[u8]; 7] = [
        b"{\"id\":\"a\",\"text\":\"fine\"}\n",
        b"canary-one\n",
        b"{\"id\":\"canary-two\",\"turns\":[{\"role\":\"canary\",\"text\":\"x\"}]}\n",
        b"{\"id\":\"\xe9canary\",\"text\":\"x\"}\n",
        b"\n",
        b"{\"id\":\"canary@mail.example\",\"text\":\"x\"}\n",
        b"{\"id\":\"b\0canary\",\"text\":\"x\"}",
    ];
    fs::write(&input, rows.concat()).unwrap();
    let output = path(&home, "out.jsonl");
    let (code, said) = rescore(&[&input, "-o", &output]);
    assert_eq!(code, 1);
    assert!(said.contains("6 rows read, 1 scored (0 negative, 0 emergencies), 5 refused"), "{said}");
    let rejects = fs::read_to_string(format!("{output}.rejects.jsonl")).unwrap();
    let places: Vec<(u64, u64, String)> = rejects
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|row| {
            (row["line"].as_u64().unwrap(), row["byte"].as_u64().unwrap(), row["reason"].as_str().unwrap().to_owned())
        })
        .collect();
    let reasons = ["json", "role", "not_utf8", "identifier_in_reference", "json"];
    assert_eq!(places.iter().map(|(.., reason)| reason.as_str()).collect::<Vec<_>>(), reasons);
    assert_eq!(places.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [2, 3, 4, 6, 7]);
    assert_eq!(places[1].1, (rows[0].len() + rows[1].len()) as u64);
    assert!(!rejects.contains("canary") && !said.contains("canary"), "{rejects}{said}");
    let (code, _) = rescore(&[&input, "-o", &path(&home, "other.jsonl"), "--max-rejects", "4"]);
    assert_eq!(code, 6);
    assert!(!Path::new(&path(&home, "other.jsonl")).exists());
}

#[track_caller]
fn check_refused(name: &str, content: &[u8], code: i32, message: &str) {
    let home = home();
    let input = path(&home, name);
    fs::write(&input, content).unwrap();
    let (found, said) = rescore(&[&input, "-o", &path(&home, "out.jsonl")]);
    assert!(found == code && said.contains(message), "{name}: {found} {said}");
    assert!(!Path::new(&path(&home, "out.jsonl")).exists(), "{name}: an output was published");
}

#[test]
fn an_input_that_cannot_be_read_is_named_and_nothing_is_published() {
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..2_000).for_each(|id| writeln!(encoder, "{{\"id\":\"{id}\",\"text\":\"x\"}}").unwrap());
        encoder.finish().unwrap()
    };
    check_refused("a.jsonl.gz", &gzip[..gzip.len() - 9], 5, "a.jsonl.gz");
    check_refused("a.jsonl.gz", b"not gzip at all", 5, "a.jsonl.gz");
    check_refused("a.jsonl.zst", b"not zstd", 5, "a.jsonl.zst");
    check_refused("a.jsonl", b"\xff\xfe{\0", 5, "UTF-16");
    check_refused("a.csv", b"number,subject\n1,x\n", 5, "none of the columns with text is there");
    check_refused("a.parquet", b"PAR1nothing", 5, "a.parquet");
    check_refused("a.jsonl.age", b"nothing", 5, "--identity");
    let (code, said) = rescore(&["/nowhere/in.jsonl", "-o", "x.jsonl"]);
    assert!(code != 0 && !said.is_empty());
}

#[test]
fn long_rows_and_odd_tables_are_read() {
    let home = home();
    let input = path(&home, "in.csv");
    let long = "all is fine here. ".repeat(600_000);
    fs::write(&input, format!("id,text\na,\"{long}\"\nb,x,y\nc,\"two\nlines\"\n")).unwrap();
    let (code, said) = rescore(&[&input, "-o", &path(&home, "out.parquet")]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("3 rows read, 2 scored"), "{said}");
    let (code, said) = rescore(&[&input, "-o", &path(&home, "small.jsonl"), "--row-mib", "1"]);
    assert!(code == 5 && said.contains("longer than the limit"), "{said}");
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

/// Identifiers that the redactor must find by their form, and the text or column they are planted in.
fn planted(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("canary{n:05}x@mail{n:05}.example")).collect()
}

#[test]
fn planted_identifiers_reach_no_file_and_no_message() {
    let home = home();
    let values = planted(1_000);
    let map = path(&home, "map.toml");
    fs::write(
        &map,
        "id = 'id'\nid_prefix = 't:'\ntext = 'body'\nreferences = 'ref'\npass = 'state'\npseudonymise = 'user_id'\n\
         [contact]\nemail = 'mail'\n",
    )
    .unwrap();
    let input = home.path().join("raw").join("in.csv");
    fs::create_dir(input.parent().unwrap()).unwrap();
    let mut writer = csv::Writer::from_path(&input).unwrap();
    writer.write_record(["id", "body", "ref", "state", "user_id", "mail", "note"]).unwrap();
    for (n, value) in values.iter().enumerate() {
        let mut cells = [
            format!("{n}"),
            "still broken".into(),
            String::new(),
            "open".into(),
            String::new(),
            String::new(),
            String::new(),
        ];
        match n % 7 {
            0 => cells[0].clone_from(value),
            at => cells[at] = format!("{}{value}", if at == 1 { "please write to " } else { "" }),
        }
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
    let key = path(&home, "key");
    fs::write(&key, [5; 32]).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let (input, canaries) = (input.to_str().unwrap().to_owned(), Canaries::new(&values));
    let out = home.path().join("out");
    let mut said = String::new();
    for (ending, keyed) in [("jsonl", false), ("csv", true), ("parquet", true), ("arrow", false), ("tsv.gz", true)] {
        let output = out.join(format!("o.{ending}"));
        let mut arguments = vec![input.as_str(), "-o", output.to_str().unwrap(), "--map", &map];
        arguments.extend(if keyed { vec!["--pseudonym-key", key.as_str()] } else { Vec::new() });
        let (code, more) = rescore(&arguments);
        assert!(code < 2, "{more}");
        said += &more;
    }
    assert!(said.contains("columns: dropped: user_id, note") && said.contains("as pseudonyms: user_id"), "{said}");
    assert_eq!(canaries.find_in_tree(&out), []);
    assert_eq!(canaries.find(said.as_bytes()), BTreeSet::new());
    let shown = triaged(&["rescore", &input, "--map", &map, "--dry-run"]).output().unwrap();
    assert_eq!(memchr::memchr_iter(b'\n', &shown.stdout).count(), 10);
    assert_eq!(canaries.find(&shown.stdout), BTreeSet::new());
    assert_eq!(
        canaries.find(&fs::read(&input).unwrap()).len(),
        values.len(),
        "the searcher does not find what is there"
    );
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
