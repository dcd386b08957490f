//! `triaged rescore --into`: submits an archive to a running service as history, a few rows at a time, so that live
//! traffic goes first. What the service has is noted in a journal; a row that is sent twice is stored once.

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use tokio::{runtime::Runtime, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::interaction;
use crate::{
    archive::{
        error::ArchiveError,
        input::Refusal,
        inputs::Reading,
        journal::{Journal, Sent},
        rows::{At, Rows},
        source::Source,
    },
    cli::{
        Exit, Failure,
        progress::Display,
        remote::{self, Authed, Remote, RemoteError},
        say,
    },
    service::{
        limits,
        pb::{self, intake_service_client::IntakeServiceClient, interaction_outcome},
    },
};

/// Items of a batch at most.
const BATCH_ITEMS: usize = 64;

/// Bytes of a batch after which no further row is added to it.
const BATCH_BYTES: usize = 1 << 20;

/// Batches that were answered between two checkpoints.
const BATCHES_PER_NOTE: u32 = 8;

/// Tries without any progress before the run is given up.
const TRIES_MAX: u32 = 12;

/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// How an archive goes into a service.
#[derive(Debug, clap::Args)]
pub(super) struct IntoArgs {
    /// Submit the rows to the service at this address as history; what is not loopback needs TLS
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["output", "dry_run", "delete_input", "compare", "compare_lexicon", "lexicon", "report", "overwrite"])]
    pub(super) into: Option<String>,
    /// The system of the rows' references, such as `zendesk`
    #[arg(long, value_name = "NAME", requires = "into", default_value = "archive")]
    system: String,
    /// Batches of 64 rows on their way at a time; the fewer, the more is left to live traffic
    #[arg(long, value_name = "N", requires = "into", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=4))]
    in_flight: u8,
    /// Where the checkpoint and the refused rows are noted; FILE.checkpoint and FILE.rejects.jsonl [default: the first
    /// input with `.into`]
    #[arg(long, value_name = "FILE", requires = "into")]
    journal: Option<PathBuf>,
}

/// What is sent, and how much of it may be refused.
pub(super) struct Archive {
    pub(super) sources: Vec<Source>,
    pub(super) reading: Reading,
    pub(super) rejects_max: Option<u64>,
}

/// Submits an archive.
pub(super) fn run(args: &IntoArgs, address: &str, remote: &Remote, archive: &Archive) -> Result<Exit, Failure> {
    let Archive { sources, reading, rejects_max } = archive;
    let journal = Journal::open(&args.base(sources), sources, reading, &format!("{address} {}", args.system))?;
    let mut rows = Rows::new(sources, reading.clone());
    if journal.sent().rows > 0 {
        say(&format!("going on after row {}, where an earlier run stopped", journal.sent().rows));
        rows.skip(journal.sent().rows)?;
    }
    let mut sender = Sender {
        rows,
        journal,
        system: args.system.clone(),
        in_flight: usize::from(args.in_flight),
        rejects_max: *rejects_max,
        waiting: VecDeque::new(),
        ended: false,
        since_note: 0,
        display: Display::new(sources),
    };
    let done = Runtime::new().map_err(|error| Failure::file("runtime", error))?.block_on(sender.all(address, remote));
    sender.display.clear();
    if let Err(failure) = done {
        sender.journal.save()?;
        return Err(failure);
    }
    let (sent, listed) = sender.journal.finish()?;
    tell(&sent);
    if let Some(path) = listed {
        say(&format!("refused rows: {}", path.display()));
        return Ok(Exit::BadRows);
    }
    Ok(Exit::Done)
}

impl IntoArgs {
    fn base(&self, sources: &[Source]) -> PathBuf {
        let beside = || match sources.first() {
            Some(Source::File(path)) => PathBuf::from(format!("{}.into", path.display())),
            _ => PathBuf::from("triaged.into"),
        };
        self.journal.clone().unwrap_or_else(beside)
    }
}

fn tell(sent: &Sent) {
    say(&format!("{} rows read, {} with the service, {} refused", sent.rows, sent.taken, sent.refusals()));
    for (reason, count) in &sent.refused {
        say(&format!("  {reason}: {count}"));
    }
}

/// What became of a row.
enum State {
    /// It is to be sent.
    Unsent(Box<pb::SubmitInteractionRequest>),
    /// The service has it.
    Taken,
    /// It was refused, here or there.
    Refused(Refusal),
}

/// Consecutive rows.
type Batch = Vec<(At, State)>;

/// An archive under way.
struct Sender {
    rows: Rows,
    journal: Journal,
    system: String,
    in_flight: usize,
    rejects_max: Option<u64>,
    /// Rows that were read and are not yet in the journal.
    waiting: VecDeque<Batch>,
    ended: bool,
    since_note: u32,
    display: Display,
}

/// How a stream ended.
enum End {
    /// Every row is in the journal.
    Done,
    /// The service asks for patience.
    Wait(Duration),
}

/// Why a stream broke off.
enum Broken {
    /// On the way.
    Call(Status),
    /// Here.
    Here(Failure),
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        Self::Call(status)
    }
}

impl From<ArchiveError> for Broken {
    fn from(error: ArchiveError) -> Self {
        Self::Here(error.into())
    }
}

impl Sender {
    /// Sends everything, over as many streams as it takes.
    async fn all(&mut self, address: &str, remote: &Remote) -> Result<(), Failure> {
        let client = remote.connect(address).await?;
        let mut idle = 0;
        loop {
            let before = self.journal.sent().rows;
            let wait = match self.stream(client.clone()).await {
                Ok(End::Done) => return Ok(()),
                Ok(End::Wait(wait)) => wait,
                Err(Broken::Here(failure)) => return Err(failure),
                Err(Broken::Call(status)) => {
                    remote::retry(&status).filter(|_| idle < TRIES_MAX).ok_or_else(|| RemoteError::refused(&status))?
                }
            };
            idle = if self.journal.sent().rows > before { 0 } else { idle + 1 };
            if idle > TRIES_MAX {
                let status = Status::unavailable("no progress");
                return Err(RemoteError::refused(&status).into());
            }
            let patience = wait.saturating_mul(1 << idle.saturating_sub(1)).min(WAIT_MAX).max(wait);
            tokio::time::sleep(patience).await;
        }
    }

    /// Sends over one stream until the end or until something is in the way. What is not in the journal then is sent
    /// again over the next one.
    async fn stream(&mut self, client: Authed) -> Result<End, Broken> {
        let (batches, receiver) = mpsc::channel(self.in_flight);
        let mut intake = IntakeServiceClient::new(client).max_decoding_message_size(limits::MESSAGE_BYTES_MAX);
        let mut answers = intake.submit_interactions(ReceiverStream::new(receiver)).await?.into_inner();
        let mut sent = 0;
        loop {
            while sent < self.in_flight && (sent < self.waiting.len() || self.read()?) {
                let Some(request) = self.waiting.get(sent).map(message) else { break };
                let gone = batches.send(request).await.is_err();
                sent += usize::from(!gone);
                if gone {
                    break;
                }
            }
            if self.waiting.is_empty() {
                return Ok(End::Done);
            }
            let answer = answers.message().await?.ok_or_else(|| Status::unavailable("the stream ended"))?;
            if let Some(wait) = self.settle(answer)? {
                return Ok(End::Wait(wait));
            }
            sent -= 1;
        }
    }

    /// Reads the next batch that has something to send; false: there are no more rows.
    fn read(&mut self) -> Result<bool, ArchiveError> {
        let (mut batch, mut bytes, mut items) = (Batch::new(), 0, 0);
        while !self.ended && items < BATCH_ITEMS && bytes < BATCH_BYTES {
            let Some((at, row)) = self.rows.next_row()? else {
                self.ended = true;
                break;
            };
            let id = self.journal.request_id(&at);
            match row.and_then(|row| interaction::request(&row, &self.system, id)) {
                Ok(request) => {
                    bytes += prost::Message::encoded_len(&request);
                    items += 1;
                    batch.push((at, State::Unsent(Box::new(request))));
                }
                Err(error) => batch.push((at, State::Refused(error.into()))),
            }
        }
        let any = !batch.is_empty();
        if any {
            self.waiting.push_back(batch);
        }
        Ok(any)
    }

    /// Takes the answer to the first batch; gives how long to wait where some of it must be sent again.
    fn settle(&mut self, answer: pb::SubmitInteractionsResponse) -> Result<Option<Duration>, ArchiveError> {
        let Some(batch) = self.waiting.front_mut() else { return Ok(None) };
        let mut wait = None;
        let unsent = batch.iter_mut().filter(|(_, state)| matches!(state, State::Unsent(_)));
        for ((_, state), item) in unsent.zip(answer.items) {
            match outcome(item) {
                Ok(settled) => *state = settled,
                Err(delay) => wait = wait.max(Some(delay)),
            }
        }
        if batch.iter().any(|(_, state)| matches!(state, State::Unsent(_))) {
            return Ok(Some(wait.unwrap_or_default()));
        }
        if let Some(batch) = self.waiting.pop_front() {
            self.note(batch)?;
        }
        Ok(None)
    }

    /// Notes a batch that is through.
    fn note(&mut self, batch: Batch) -> Result<(), ArchiveError> {
        for (at, state) in batch {
            match state {
                State::Taken => self.journal.taken(),
                State::Refused(refusal) => self.journal.refused(&at, &refusal)?,
                State::Unsent(_) => {}
            }
        }
        let sent = self.journal.sent();
        let (rows, refused) = (sent.rows, sent.refusals());
        self.display.tell(format!("{rows} rows, {refused} refused"), "");
        self.since_note += 1;
        if self.since_note >= BATCHES_PER_NOTE {
            self.since_note = 0;
            self.journal.save()?;
        }
        match self.rejects_max {
            Some(max) if refused > max => Err(ArchiveError::TooManyRejects(max)),
            _ => Ok(()),
        }
    }
}

/// What is still to be sent of a batch.
fn message(batch: &Batch) -> pb::SubmitInteractionsRequest {
    let unsent =
        batch.iter().filter_map(|(_, state)| if let State::Unsent(request) = state { Some(request) } else { None });
    pb::SubmitInteractionsRequest { items: unsent.map(|request| (**request).clone()).collect() }
}

/// What became of an item, or how long to wait before it is sent again.
fn outcome(item: pb::SubmitInteractionsItem) -> Result<State, Duration> {
    let Some(interaction_outcome::Outcome::Error(error)) = item.outcome.and_then(|outcome| outcome.outcome) else {
        return Ok(State::Taken);
    };
    let reason = remote::known(&error.reason);
    match remote::retry_of(Code::from_i32(error.code), reason) {
        Some(delay) => Err(delay),
        None => Ok(State::Refused(refusal(reason, error.field_violations))),
    }
}

/// A refusal by the service: the reason, and the fields that were wrong by their paths.
fn refusal(reason: &str, violations: Vec<pb::FieldViolation>) -> Refusal {
    let path = |c: char| c.is_ascii_alphanumeric() || "._[]".contains(c);
    let named = violations.into_iter().map(|violation| violation.field).filter(|field| field.chars().all(path));
    let about = named.take(8).collect::<Vec<_>>().join(", ");
    Refusal { reason: if reason.is_empty() { "UNKNOWN".to_owned() } else { reason.to_owned() }, about }
}
