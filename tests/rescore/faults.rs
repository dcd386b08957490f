//! What may go wrong with files, disks and processes: nothing is lost, nothing half is published, and people are told.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    canary::files,
    generate::Numbers,
    harness::{digest, home, kill_at, path, rescore, tickets, triaged},
};

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
    let left: Vec<PathBuf> = files(home.path());
    assert_eq!(left.len(), 3, "something was left behind: {left:?}");
}

#[test]
fn a_run_killed_at_random_moments_ends_with_the_same_bytes() {
    let kills = if std::env::var_os("TRIAGED_SOAK").is_some() { 30 } else { 3 };
    check_kills("jsonl", kills, true);
    check_kills("csv.zst", kills, true);
    check_kills("parquet", kills.min(6), false);
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
    check_refused("a.csv", b"number,subject\n1,x\n", 5, "none of the columns with text (text, turns) is among the 2");
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
fn what_cannot_be_read_to_its_end_is_named() {
    let home = home();
    let broken = path(&home, "broken.jsonl");
    // Reading the memory of a process at address 0 fails with EIO, for root as for anybody.
    std::os::unix::fs::symlink("/proc/self/mem", &broken).unwrap();
    let output = path(&home, "out.jsonl");
    let (code, said) = rescore(&[&broken, "-o", &output]);
    assert!(code == 5 && said.contains("broken.jsonl") && said.contains("error"), "{code} {said}");
    let whole = tickets(&home, 20);
    let (code, said) = rescore(&[&whole, &broken, "-o", &output]);
    assert!(code == 5 && !Path::new(&output).exists(), "{said}");
    let around = path(&home, "around.jsonl");
    std::os::unix::fs::symlink(&around, &around).unwrap();
    let (code, said) = rescore(&[&around, "-o", &output]);
    assert!(code == 5 && said.contains("around.jsonl"), "{code} {said}");
}

#[test]
fn a_full_disk_is_said_and_the_run_goes_on_when_there_is_room() {
    let home = home();
    let input = tickets(&home, 1_500);
    let peace = path(&home, "peace.csv");
    let said = rescore(&[&input, "-o", &peace]).1;
    for ending in ["csv", "jsonl", "parquet"] {
        let output = path(&home, &format!("full.{ending}"));
        // The system refuses to let any file grow beyond this; the signal that would come with it is ignored.
        let limited = format!("trap '' XFSZ; ulimit -f 40; exec {} rescore \"$@\"", env!("CARGO_BIN_EXE_triaged"));
        let arguments = [input.as_str(), "-o", &output, "--checkpoint-mib", "0"];
        let full = Command::new("sh").args(["-c", &limited, "sh"]).args(arguments).output().unwrap();
        let told = String::from_utf8(full.stderr).unwrap();
        assert!(full.status.code() == Some(5) && told.contains("File too large"), "{ending}: {} {told}", full.status);
        assert!(!Path::new(&output).exists(), "{ending}: an output was published");
        let (code, again) = rescore(&arguments);
        assert!(code == 0 && digest(&again) == digest(&said), "{ending}: {again}");
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let Output { status, stderr, .. } = triaged(&["rescore", &input, "-o", "-"]).stdout(full).output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert!(status.code() == Some(5) && told.contains("No space left on device"), "{status} {told}");
}

/// Files with a few bytes turned into what breaks lines, quotes, cells and letters.
fn spoiled(numbers: &mut Numbers, text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..=numbers.below(40) {
        let at = numbers.below(bytes.len());
        bytes[at] = [0, b'\n', b'"', 0xff, b',', b'\\', b'{', 0xc3][numbers.below(8)];
    }
    bytes
}

#[test]
fn rows_in_are_rows_out_and_rejects_whatever_stands_in_the_file() {
    let home = home();
    let text = fs::read(tickets(&home, 60)).unwrap();
    let (mut numbers, mut refused) = (Numbers(31), 0);
    for round in 0..12 {
        let input = path(&home, "spoiled.jsonl");
        let bytes = spoiled(&mut numbers, &text);
        fs::write(&input, &bytes).unwrap();
        let rows = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        let output = path(&home, "out.jsonl");
        let (code, said) = rescore(&[&input, "-o", &output, "--overwrite"]);
        let lines = |name: &str| fs::read(name).map_or(0, |bytes| memchr::memchr_iter(b'\n', &bytes).count());
        let rejects = lines(&format!("{output}.rejects.jsonl"));
        assert_eq!(code, i32::from(rejects > 0), "{said}");
        assert_eq!(rows, lines(&output) + rejects, "round {round}: {said}");
        assert!(said.contains(&format!("{rows} rows read")), "round {round}: {said}");
        let in_place = triaged(&["analyze"]).stdin(fs::File::open(&input).unwrap()).output().unwrap();
        assert_eq!(memchr::memchr_iter(b'\n', &in_place.stdout).count(), rows, "round {round}: analyze");
        refused += rejects;
    }
    assert!(refused > 20, "hardly a row was spoiled");
}

#[test]
fn a_table_in_utf_16_is_named_and_latin_1_is_a_reject() {
    let utf16: Vec<u8> = "\u{feff}id,text\n1,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for name in ["a.csv", "a.tsv", "a.jsonl"] {
        check_refused(name, &utf16, 5, "the text is UTF-16; convert it first");
    }
    let home = home();
    let input = path(&home, "latin.csv");
    fs::write(&input, b"id,text\n1,caf\xe9 is closed\n2,all is well\n").unwrap();
    let (code, said) = rescore(&[&input, "-o", &path(&home, "out.csv")]);
    assert!(code == 1 && said.contains("2 rows read, 1 scored"), "{said}");
    let rejects = fs::read_to_string(path(&home, "out.csv.rejects.jsonl")).unwrap();
    assert!(rejects.contains("\"line\":2") && rejects.contains("not_utf8") && !rejects.contains("caf"), "{rejects}");
}
