//! The report: one page with everything inside, without scripts and without a request to anywhere. It shows counts only:
//! no text, no id, no name of a file.

mod charts;

use std::{collections::BTreeMap, io, path::Path};

use super::{
    error::ArchiveError,
    flips::{Flipped, Flips},
    month::Month,
    rescore::Outcome,
    stats::{Share, Stats},
    target,
};
use crate::assessment::Level;

/// Bars of a chart.
const BARS_MAX: usize = 15;

/// Light and dark by the reader's setting; ink on white on paper.
const STYLE: &str = include_str!("report/style.css");

/// Writes the page as a file that only its owner may read.
///
/// # Errors
/// A chart could not be drawn, the file cannot be written, or everybody may read its directory.
pub fn write(path: &Path, outcome: &Outcome, revision: &str) -> Result<(), ArchiveError> {
    target::check_directory(path)?;
    let page = html(outcome, revision).and_then(|page| target::replace(path, page.as_bytes()));
    page.map_err(|error| ArchiveError::output(path, error))
}

/// Makes the page. `revision` names redactor, lexicon and policy.
///
/// # Errors
/// A chart could not be drawn.
pub fn html(outcome: &Outcome, revision: &str) -> io::Result<String> {
    let Outcome { read, stats, digest, .. } = outcome;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Re-scored archive</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Re-scored archive</h1>\n<dl>\n"
    );
    let facts = [
        ("Rows read", read.to_string()),
        ("Scored", stats.scored.to_string()),
        ("Refused", stats.refused.to_string()),
        ("Negative", of(stats.negative, stats.scored)),
        ("Emergencies", stats.emergencies.to_string()),
        ("Revision", revision.to_owned()),
        ("Digest", digest.to_string()),
    ];
    for (name, value) in facts {
        put(&mut page, &format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escaped(&value)));
    }
    put(&mut page, "</dl>\n");
    let months = months(stats);
    // An archive without times has no months.
    if !months.labels.is_empty() {
        section(&mut page, "Negative share by month and channel, in per cent", &charts::lines(&months)?);
    }
    section(&mut page, "Priority", &charts::bars(&levels(stats))?);
    section(&mut page, "Top signals", &charts::bars(&top(&stats.signals))?);
    section(&mut page, "PII removed, by kind", &charts::bars(&top(&stats.kinds))?);
    section(&mut page, "By channel and month", &table(["Channel", "Month", "Rows", "Negative"], &cells(stats)));
    section(&mut page, "By language", &table(["Language", "Rows", "Negative"], &languages(stats)));
    if stats.refused > 0 {
        section(&mut page, "Refused rows, by reason", &charts::bars(&top(&stats.reasons))?);
    }
    if stats.flips.all.compared > 0 {
        flips(&mut page, &stats.flips);
    }
    put(&mut page, "</main>\n</body>\n</html>\n");
    Ok(page)
}

fn put(page: &mut String, text: &str) {
    page.push_str(text);
}

fn section(page: &mut String, title: &str, content: &str) {
    put(page, &format!("<section>\n<h2>{title}</h2>\n{content}</section>\n"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A count and its share, in per cent with one decimal.
fn of(part: u64, whole: u64) -> String {
    let per_mille = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
    format!("{part} ({}.{} %)", per_mille / 10, per_mille % 10)
}

fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let line = |cells: Vec<String>, tag: &str| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        format!("<tr>{}</tr>\n", cells.concat())
    };
    let head = line(head.iter().map(|name| (*name).to_owned()).collect(), "th");
    let rows: String = rows.iter().map(|row| line(row.to_vec(), "td")).collect();
    format!("<table>\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
}

/// The greatest counts first; equal ones by name.
fn top(counts: &BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<_> = counts.iter().map(|(name, count)| (name.clone(), *count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(BARS_MAX);
    counts
}

fn levels(stats: &Stats) -> Vec<(String, u64)> {
    Level::ALL.iter().zip(stats.levels).rev().map(|(level, count)| (level.name().to_owned(), count)).collect()
}

fn named(month: Option<Month>) -> String {
    month.map_or_else(|| "–".to_owned(), |month| month.to_string())
}

fn cells(stats: &Stats) -> Vec<[String; 4]> {
    let row = |((channel, month), share): (&(String, Option<Month>), &Share)| {
        [channel.clone(), named(*month), share.rows.to_string(), of(share.negative, share.rows)]
    };
    stats.cells.iter().map(row).collect()
}

fn languages(stats: &Stats) -> Vec<[String; 3]> {
    let name = |name: &str| if name.is_empty() { "not covered".to_owned() } else { name.to_owned() };
    let row = |(code, share): (&String, &Share)| [name(code), share.rows.to_string(), of(share.negative, share.rows)];
    stats.languages.iter().map(row).collect()
}

/// Months and, for each channel, its negative share in per cent, where the channel has rows in that month.
fn months(stats: &Stats) -> charts::Lines {
    let mut months: Vec<Month> = stats.cells.keys().filter_map(|(_, month)| *month).collect();
    months.sort();
    months.dedup();
    let mut lines: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
    for ((channel, month), share) in &stats.cells {
        let place = month.and_then(|month| months.binary_search(&month).ok());
        if let (Some(place), Some(percent)) = (place, (share.negative * 100).checked_div(share.rows)) {
            lines.entry(channel.clone()).or_default().push((place, percent));
        }
    }
    charts::Lines { labels: months.iter().map(Month::to_string).collect(), lines }
}

fn flips(page: &mut String, flips: &Flips) {
    let Flips { new, all, to_negative, to_neutral, levels, cells } = flips;
    let facts = [
        ["Compared".to_owned(), all.compared.to_string()],
        ["Not scored before".to_owned(), new.to_string()],
        ["Neutral → negative".to_owned(), to_negative.to_string()],
        ["Negative → neutral".to_owned(), to_neutral.to_string()],
        ["Other level".to_owned(), of(all.level, all.compared)],
    ];
    section(page, "Changes", &table(["What", "Rows"], &facts));
    let name = |at: usize| Level::ALL.get(at).map_or("", |level| level.name()).to_owned();
    let row = |(at, counts): (usize, &[u64; 4])| {
        let [low, normal, high, urgent] = counts.map(|count| count.to_string());
        [name(at), low, normal, high, urgent]
    };
    let matrix: Vec<_> = levels.iter().enumerate().map(row).collect();
    section(page, "Level before (rows) and now (columns)", &table(["", "low", "normal", "high", "urgent"], &matrix));
    let row = |((channel, month), flipped): (&(String, Option<Month>), &Flipped)| {
        let Flipped { compared, label, level } = flipped;
        [channel.clone(), named(*month), compared.to_string(), of(*label, *compared), of(*level, *compared)]
    };
    let rows: Vec<_> = cells.iter().map(row).collect();
    section(page, "Changes by channel and month", &table(["Channel", "Month", "Rows", "Label", "Level"], &rows));
}
