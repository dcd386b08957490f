//! Scores texts with vader_sentiment, one JSON string a line, again and again, and prints how many rounds it made and the
//! CPU seconds of scoring alone.

use std::io::BufRead;

use serde_json::json;
use vader_sentiment::SentimentIntensityAnalyzer;

/// Scoring is repeated until it took this long.
const SECONDS_MIN: f64 = 3.0;

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn main() {
    let lines = std::io::stdin().lock().lines();
    let texts: Vec<String> =
        lines.map(|line| serde_json::from_str(&line.expect("UTF-8")).expect("a JSON string")).collect();
    let analyzer = SentimentIntensityAnalyzer::new();
    let score = || texts.iter().for_each(|text| drop(std::hint::black_box(analyzer.polarity_scores(text))));
    score();
    let (begin, mut rounds) = (cpu_seconds(), 0);
    while cpu_seconds() - begin < SECONDS_MIN {
        score();
        rounds += 1;
    }
    println!("{}", json!({"rounds": rounds, "cpu": cpu_seconds() - begin}));
}
