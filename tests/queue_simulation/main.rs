//! A simulated contact centre: what the order of the queue gives people who wait, against first-come-first-served and
//! strict priority. Deterministic: arrivals and work come from a seed, time is counted, nothing waits. The bounds are
//! asserted, and docs/queue.md with its drawings is what this simulation printed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, reason = "a test may panic")]

mod centre;
mod discipline;
mod drawing;
mod report;

use centre::{Class, Day, Outcome};
use discipline::Order;

/// Every run: the load, and how many overdue items there are at the start.
const RUNS: [(u32, usize); 6] = [(90, 0), (90, 1_000), (100, 0), (100, 1_000), (130, 0), (130, 1_000)];

fn outcome(order: Order, load: u32, overdue: usize) -> Outcome {
    centre::run(&Day::new(load, overdue), order)
}

#[test]
fn no_emergency_waits_behind_a_backlog() {
    for load in [90, 100, 130] {
        let empty = outcome(Order::Lanes, load, 0).p95(Class::Emergency);
        let backlog = outcome(Order::Lanes, load, 1_000).p95(Class::Emergency);
        assert!(backlog <= 2.0 * empty, "load {load} %: {backlog} min behind a backlog, {empty} without");
    }
}

#[test]
fn urgent_items_wait_a_tenth_of_what_they_would_in_turn() {
    for overdue in [0, 1_000] {
        let fifo = outcome(Order::FirstCome, 90, overdue).p95(Class::Urgent);
        let lanes = outcome(Order::Lanes, 90, overdue).p95(Class::Urgent);
        assert!(lanes <= 0.1 * fifo, "{overdue} overdue: {lanes} min against {fifo}");
    }
}

#[test]
fn no_regular_item_is_served_after_a_regular_one_that_entered_later_than_its_due_time() {
    for (load, overdue) in RUNS {
        assert_eq!(outcome(Order::Lanes, load, overdue).overtaken, 0, "load {load} %, {overdue} overdue");
    }
}

#[test]
fn urgent_lanes_take_no_more_than_their_share_while_others_wait() {
    for (load, overdue) in RUNS {
        let longest = outcome(Order::Lanes, load, overdue).longest_streak;
        assert!(longest <= 15, "load {load} %, {overdue} overdue: {longest} urgent leases in a row");
    }
}

#[test]
fn strict_priority_starves_and_the_lanes_do_not() {
    let strict = outcome(Order::Strict, 130, 1_000);
    let lanes = outcome(Order::Lanes, 130, 1_000);
    assert!(strict.overtaken > 1_000, "{}", strict.overtaken);
    // Who waited longest at the end of the day: under strict priority somebody whom nobody will ever serve.
    assert!(strict.never_served(Class::Low) > 9 * strict.arrived(Class::Low) / 10);
    assert!(strict.oldest_left > lanes.oldest_left, "{} {}", strict.oldest_left, lanes.oldest_left);
}

#[test]
fn a_seed_gives_one_day() {
    let day = || outcome(Order::Lanes, 100, 1_000);
    assert_eq!(day().waits, day().waits);
    assert!(day().arrived(Class::Emergency) > 0);
}

#[test]
fn the_page_is_the_simulation() {
    report::check();
}
