//! Runs one peer over texts, one JSON string a line, and prints what it would remove: byte spans, or the text that is
//! left where the peer says no more. The last line tells bytes and CPU seconds of the scanning alone.

use std::io::{BufRead, Write};

use cerberust::{PiiScanner, ScanCtx, Scanner, SecretScanner};
use serde_json::{Value, json};

/// Scanning is repeated until it took this long.
const SECONDS_MIN: f64 = 1.0;

/// What a peer makes of a text.
type Scan = Box<dyn Fn(&str) -> Value>;

fn leakguard() -> Scan {
    let redactor = leakguard::Redactor::new();
    Box::new(move |text| redactor.find(text).iter().map(|found| json!([found.start, found.end])).collect())
}

fn redact_core() -> Scan {
    let engine = redact_core::AnalyzerEngine::new();
    Box::new(move |text| {
        let result = engine.analyze(text, Some("en")).expect("a pattern engine");
        result.detected_entities.iter().map(|found| json!([found.start, found.end])).collect()
    })
}

fn cerberust() -> Scan {
    let (pii, secrets) = (PiiScanner::new(), SecretScanner::new());
    Box::new(move |text| {
        let mut context = ScanCtx::new();
        let first = pii.scan(text, &mut context).expect("a scan").text.into_owned();
        json!(secrets.scan(&first, &mut context).expect("a scan").text)
    })
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let scan = match name.as_str() {
        "leakguard" => leakguard(),
        "redact-core" => redact_core(),
        "cerberust" => cerberust(),
        other => panic!("{other} is none of leakguard, redact-core, cerberust"),
    };
    let texts: Vec<String> = std::io::stdin()
        .lock()
        .lines()
        .map(|line| serde_json::from_str(&line.expect("UTF-8")).expect("a JSON string"))
        .collect();
    let mut out = std::io::stdout().lock();
    for text in &texts {
        writeln!(out, "{}", scan(text)).expect("a reader");
    }
    let (begin, mut rounds) = (cpu_seconds(), 0);
    while cpu_seconds() - begin < SECONDS_MIN {
        texts.iter().for_each(|text| drop(std::hint::black_box(scan(text))));
        rounds += 1;
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    writeln!(out, "{}", json!({"bytes": bytes * rounds, "cpu": cpu_seconds() - begin})).expect("a reader");
}
