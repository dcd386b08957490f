//! The page about the order: docs/queue.md with its table and drawings, held against what the simulation gives.

use std::{fmt::Write as _, fs, path::Path};

use super::{RUNS, centre::Class, discipline::Order, drawing, outcome};

const HEAD: &str = "# The order of the queue, measured

What the order gives people who wait, in a simulated contact centre: 20 agents, three queues (45, 30 and 25 % of the arrivals,
preferred by 9, 6 and 5 agents, each agent serves all three), eight hours with two humps, six minutes of work an item. 1 % of
the arrivals are emergencies, 5 % urgent, 15 % high, 54 % normal, 25 % low; due times are those of the default policy.
\"Overdue\" is how many items with a passed due time wait when the day begins. Seeded and deterministic:
`cargo test --test queue_simulation` runs it in seconds, asserts the bounds and holds this page against its result.

**The order.** Three lanes: *emergency* (explicit rules only), *express* (level URGENT), *regular*. Of four consecutive leases of
a queue at most three are emergencies while others wait; of four that are no emergencies at most three are express while
regular items wait. Within a lane: earliest due time, then priority value, then age. A worker with several queues is given an
emergency of any of them before an express item of any, and that before a regular one.
[decisions/0009](decisions/0009-three-lanes.md) says why; [working.md](working.md) is about those who take the items.

- *Emergencies* wait as if there were no backlog.
- *Urgent* items wait less than a tenth of what they would in turn.
- *Regular* items pass each other by due time only: none is served after one that entered its lane later than its own due
  time (column \"passed\": how many were). Under strict priority the low ones are never served while work comes in (column
  \"left\": of the low ones that came that day, how many still wait in the evening).

Waiting times in minutes: half of the class waits less than the first number, 95 % less than the second; who still waits
in the evening counts with the time until then.

";

/// What stands below the drawings: nothing of it is measured.
const FOOT: &str = "
## Clocks and due times

- **First response**: from entering the queue to the first answer. **Next reply**: from the customer's further contact, once
  somebody has answered, to the next answer. **Resolution**: from entering the queue to RESOLVED. Each has its own table of open
  minutes by channel and level (tiers have their share), and runs in the calendar of the level: periods of a day, holidays and
  time zone, daylight saving included. URGENT runs round the clock unless the policy says otherwise.
- **They stand still** while the case is PENDING: every due time moves by the open time of the pause. **They end** with an answer
  (`AcknowledgeItem`), the reply; with RESOLVED, all of them. A case that is opened again goes on with its resolution; the time in
  between was a pause. [decisions/0013](decisions/0013-clocks-of-a-case.md) says what is an answer, and why.
- A due time changes by events only: a further contact, the end of a pause, scoring anew or a correction (tier and policy
  with it), a merge. `GetCase` lists them (`due_changes`) and what every target came to (`service_clocks`); an item's
  `order_reasons` name its target and its pauses: `target:next_reply`, `paused:seconds=5400`.
- What asks for nobody moves nothing: automatic mail, bounces, out-of-office notices, bulk, and closing words (\"thank you, that
  fixed it\"; not \"thanks, but it is still broken\") raise no case, reopen none and owe no reply. The tables are in `data/mail/`
  and `src/conversation/automatic.rs`.
";

fn table() -> String {
    let mut page = String::from(
        "| load | overdue | order | emergency | urgent | high | normal | low | passed | left |\n\
         |---:|---:|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (load, overdue) in RUNS {
        for order in Order::ALL {
            let outcome = outcome(order, load, overdue);
            write!(page, "| 0.{load:02} | {overdue} | {} |", order.name()).unwrap();
            for class in Class::ALL {
                let [median, p95] = [50, 95].map(|percent| outcome.quantile(class, percent));
                write!(page, " {median:.1} / {p95:.1} |").unwrap();
            }
            let (left, low) = (outcome.never_served(Class::Low), outcome.arrived(Class::Low));
            writeln!(page, " {} | {left} of {low} |", outcome.overtaken).unwrap();
        }
    }
    page.replace("| 0.100 |", "| 1.00 |").replace("| 0.130 |", "| 1.30 |")
}

fn files() -> Vec<(String, String)> {
    let mut page = String::from(HEAD);
    page.push_str(&table());
    let mut files = Vec::new();
    for overdue in [0, 1_000] {
        let waits = format!("docs/queue/waits-{overdue}.svg");
        write!(
            page,
            "\n![Time within which 95 % are served, load 0.9, {overdue} overdue](queue/waits-{overdue}.svg)\n"
        )
        .unwrap();
        files.push((waits, drawing::waits(90, overdue)));
    }
    page.push_str("\n![Items that wait over the day, load 1.0, 1000 overdue](queue/backlog.svg)\n");
    page.push_str(FOOT);
    files.push(("docs/queue/backlog.svg".to_owned(), drawing::backlog(100, 1_000)));
    files.push(("docs/queue.md".to_owned(), page));
    files
}

/// Holds the page and its drawings against the simulation. Where they differ, the new file is written beside.
pub(crate) fn check() {
    let mut stale = Vec::new();
    for (name, fresh) in files() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        if fs::read_to_string(&path).unwrap_or_default() != fresh {
            let beside = path.with_extension(format!("{}.new", path.extension().unwrap().display()));
            fs::write(&beside, fresh).unwrap();
            stale.push(beside);
        }
    }
    assert!(stale.is_empty(), "out of date; look at these and move them to their places: {stale:?}");
}
