//! Who may import whom. Reads the sources as text and names the file, the line and the forbidden edge.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The modules in reading order: each may use only those before it.
const ORDER: [&str; 22] = [
    "text",
    "time",
    "calendar",
    "id",
    "conversation",
    "redact",
    "assessment",
    "lexicon",
    "sentiment",
    "priority",
    "policy",
    "triage",
    "queue",
    "crypto",
    "audit",
    "store",
    "access",
    "config",
    "service",
    "archive",
    "cli",
    "main",
];

/// Crates that have a home: `(crate, where it may be used)`.
const HOMES: [(&str, &[&str]); 14] = [
    ("rusqlite", &["store"]),
    ("tonic", &["service", "cli"]),
    ("prost", &["service", "cli"]),
    ("prost_types", &["service", "cli"]),
    ("prost_reflect", &["service", "access"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("serde", &["config", "archive", "store"]),
    ("serde_json", &["archive", "cli", "service"]),
    ("toml", &["config", "archive"]),
    ("aws_lc_rs", &["crypto", "lexicon", "archive"]),
    ("rust_stemmers", &["text", "lexicon"]),
    ("jiff", &["calendar", "time", "service", "archive", "cli"]),
    ("prometheus_client", &["service"]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module a file belongs to: the first part of its path below `src`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(source_root()).unwrap();
    below.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The production part of a source: up to its inline test module. A test module in a file of its own ends nothing.
fn production(source: &str) -> &str {
    let is_inline = |at: usize| {
        let mut after = source[at..].lines().skip(1).skip_while(|line| line.starts_with('#'));
        after.next().is_some_and(|line| line.ends_with('{'))
    };
    let tests = source.match_indices("\n#[cfg(test)]\n").map(|(at, _)| at).find(|at| is_inline(*at));
    tests.map_or(source, |at| &source[..at])
}

#[test]
fn a_source_ends_with_its_inline_tests() {
    for (source, expected) in [
        ("use a;\n#[cfg(test)]\nmod tests {\n}\n", "use a;"),
        ("use a;\n#[cfg(test)]\n#[expect(dead_code)]\nmod tests {\n}\n", "use a;"),
        ("use a;\n#[cfg(test)]\nmod tests;\nuse b;\n", "use a;\n#[cfg(test)]\nmod tests;\nuse b;\n"),
        (
            "use a;\n#[cfg(test)]\nmod tests;\nuse b;\n#[cfg(test)]\nmod more {\n}",
            "use a;\n#[cfg(test)]\nmod tests;\nuse b;",
        ),
    ] {
        assert_eq!(production(source), expected);
    }
}

/// The names that `root::{…}` paths of a text mention, with their line numbers. `use` trees may span lines, so that
/// braces are followed.
fn paths<'t>(text: &'t str, root: &str) -> Vec<(usize, &'t str)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(root) {
        let before = text[..start].chars().next_back();
        let rest = &text[start + root.len()..];
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || !rest.starts_with("::") {
            continue;
        }
        let rest = &rest[2..];
        let line = text[..start].matches('\n').count() + 1;
        if let Some(tree) = rest.strip_prefix('{') {
            found.extend(top_names(tree).into_iter().map(|name| (line, name)));
        } else {
            found.push((line, identifier(rest)));
        }
    }
    found
}

fn identifier(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// The first names of the branches of a `use` tree whose opening brace was just passed.
fn top_names(tree: &str) -> Vec<&str> {
    let (mut depth, mut expects, mut names) = (1, true, Vec::new());
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => expects = true,
            c if c.is_alphabetic() && depth == 1 && expects => {
                names.push(identifier(&tree[at..]));
                expects = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Every edge that breaks the order or a home, in words.
fn violations(module: &str, file: &str, source: &str) -> Vec<String> {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut broken = Vec::new();
    let code: String = production(source)
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "\n".to_owned() } else { format!("{line}\n") })
        .collect();
    let internal = ["crate", "triaged"].map(|root| paths(&code, root)).concat();
    for (line, name) in internal {
        let (Some(from), Some(to)) = (place(module), place(name)) else { continue };
        if to > from {
            broken.push(format!("{file}:{line}: `{module}` must not use `{name}`, which stands below it"));
        }
    }
    for (name, homes) in HOMES {
        if !homes.contains(&module) {
            let lines = paths(&code, name).into_iter().map(|(line, _)| line);
            broken.extend(lines.map(|line| format!("{file}:{line}: `{module}` must not use the crate `{name}`")));
        }
    }
    broken
}

#[test]
fn every_module_uses_only_what_stands_above_it() {
    let mut files = Vec::new();
    sources(&source_root(), &mut files);
    assert!(files.len() > 10, "the sources are not where they were looked for");
    let mut broken = Vec::new();
    for file in files {
        let module = module(&file);
        if module == "lib" {
            continue;
        }
        assert!(ORDER.contains(&module.as_str()), "{}: give the module a place in ORDER", file.display());
        let source = fs::read_to_string(&file).unwrap();
        assert!(source.starts_with("//!"), "{}: say in `//!` what the file is for", file.display());
        broken.extend(violations(&module, &file.display().to_string(), &source));
    }
    assert!(broken.is_empty(), "forbidden edges:\n{}", broken.join("\n"));
}

#[test]
fn a_forbidden_edge_is_named_with_file_and_line() {
    let source = "//! x\n\nuse crate::{\n    redact::Kind,\n    store::{Store, crypto},\n};\n";
    assert_eq!(
        violations("sentiment", "src/sentiment.rs", source),
        ["src/sentiment.rs:3: `sentiment` must not use `store`, which stands below it"]
    );
    assert_eq!(
        violations("queue", "src/queue.rs", "//! x\nuse rusqlite::Connection;\n"),
        ["src/queue.rs:2: `queue` must not use the crate `rusqlite`"]
    );
    assert_eq!(violations("store", "s", "//! x\n// crate::service::x\nuse crate::time::Timestamp;\n"), [""; 0]);
}
