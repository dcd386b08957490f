//! `StreamTurns`: a conversation that comes in turn by turn. This is the loop of one stream: read, work, store, answer,
//! one message at a time, so that a caller who does not read its answers is not read from either. Digits that wait for
//! what follows are settled when nothing comes for too long.

mod parse;

mod session;

use std::{sync::Arc, time::Duration};

use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use self::session::{Session, Step};
use super::{
    app::App,
    assess,
    batch::Answers,
    limits,
    pb::{self, stream_turns_request::Message},
    status::{self, Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    id::InteractionId,
    queue::WorkClass,
    store::{Handling, LiveChange, LiveInteraction, StoreError},
    time::Timestamp,
};

type Requests = Streaming<pb::StreamTurnsRequest>;
type Sender = mpsc::Sender<Result<pb::StreamTurnsResponse, Status>>;

/// The answers to the messages of one stream.
pub(super) fn stream(app: App, caller: Caller, mut requests: Requests) -> Answers<pb::StreamTurnsResponse> {
    let (answers, receiver) = mpsc::channel(limits::LIVE_ANSWERS_MAX);
    tokio::spawn(async move {
        if let Err(failure) = run(&app, caller, &mut requests, &answers).await {
            // A caller that is gone needs no answer; what was acknowledged is stored.
            drop(answers.send(Err(failure.into())).await);
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

/// Hears of erasures.
struct Erased {
    told: broadcast::Receiver<Arc<Vec<InteractionId>>>,
    interaction: Option<InteractionId>,
}

impl Erased {
    /// Ends when the interaction of this stream is erased. Whoever missed some learns it from the store with the next turn.
    async fn told(&mut self) {
        loop {
            match self.told.recv().await {
                Ok(told) if self.interaction.is_some_and(|own| told.contains(&own)) => return,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// How often it is looked whether digits have waited for too long.
const LOOK: Duration = Duration::from_secs(1);

/// What comes next on a stream.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is taken apart at once")]
enum Next {
    Message(Message),
    /// Nothing came; it is time to look at what waits.
    Nothing,
    /// The caller has ended the stream.
    End,
}

/// The next message, or a look at what waits.
async fn next(app: &App, requests: &mut Requests, erased: &mut Erased, waits: bool) -> Outcome<Next> {
    let idle: Duration = limits::seconds(limits::LIVE_IDLE_SECONDS_MAX);
    let read = tokio::select! {
        read = requests.message() => read,
        () = app.drained() => return Err(Failure::of(Reason::ShuttingDown)),
        () = erased.told() => return Err(Failure::of(Reason::RecordGone)),
        () = tokio::time::sleep(LOOK), if waits => return Ok(Next::Nothing),
        () = tokio::time::sleep(idle) => return Err(Failure::of(Reason::StreamIdle)),
    };
    match read.map_err(|status| of_message(&status))? {
        Some(pb::StreamTurnsRequest { message: Some(message) }) => Ok(Next::Message(message)),
        Some(pb::StreamTurnsRequest { message: None }) => Err(Failure::of(Reason::FieldRequired)),
        None => Ok(Next::End),
    }
}

/// A message that could not be read ends the stream. A caller that is gone gets no answer whatever the reason.
fn of_message(status: &Status) -> Failure {
    status::of_transport(status.code()).unwrap_or_else(|| Failure::of(Reason::MalformedRequest))
}

async fn run(app: &App, caller: Caller, requests: &mut Requests, answers: &Sender) -> Outcome<()> {
    let mut erased = Erased { told: app.store.erased(), interaction: None };
    let Next::Message(first) = next(app, requests, &mut erased, false).await? else { return Ok(()) };
    let rules = app.rules(caller.tenant)?;
    let opening = parse::opening(app, &rules, &caller, first)?;
    let opened = app.store.open_live(opening.submission).await;
    let opened = opened.map_err(|error| failure(&error))?;
    let LiveInteraction { submission, position, content } = opened;
    erased.interaction = Some(submission);
    let session = Session::new(&rules, &opening.parties, content, opening.wants_turns);
    let mut live = Live { app, caller, answers, submission, position, session, heard: app.now() };
    live.answer(live.session.opened()).await;
    loop {
        let message = next(app, requests, &mut erased, live.session.waits()).await?;
        live.settle().await?;
        match message {
            Next::Nothing => {}
            Next::End => return Ok(()),
            Next::Message(Message::Open(_)) => return Err(Failure::of(Reason::FieldUnknownValue)),
            Next::Message(Message::Turn(turn)) => {
                app.shares.pace(live.caller.tenant, WorkClass::Live, 1).await;
                live.turn(turn).await?;
            }
            Next::Message(Message::Close(close)) => return live.close(close).await,
        }
    }
}

fn failure(error: &StoreError) -> Failure {
    Failure::of_store(error, Reason::Internal)
}

/// A stream that was opened.
struct Live<'s> {
    app: &'s App,
    caller: Caller,
    answers: &'s Sender,
    submission: crate::id::InteractionId,
    position: crate::store::LivePosition,
    session: Session<'s>,
    /// When the last turn came.
    heard: Timestamp,
}

impl Live<'_> {
    async fn turn(&mut self, turn: pb::LiveTurn) -> Outcome<()> {
        let (sequence, turn, time) = parse::turn(turn, self.session.channel())?;
        let Some(step) = self.session.turn(sequence, turn, time)? else {
            self.answer(self.session.repeated(sequence)).await;
            return Ok(());
        };
        self.heard = self.app.now();
        self.count(&step);
        self.store(&step, None).await?;
        self.answer(self.session.answer(step)).await;
        Ok(())
    }

    /// Settles digits that nothing has followed for too long, and tells what that changed.
    async fn settle(&mut self) -> Outcome<()> {
        let waited = self.app.now().since(self.heard);
        if !self.session.waits() || waited < limits::seconds(limits::LIVE_PENDING_SECONDS_MAX) {
            return Ok(());
        }
        let step = self.session.lapse();
        self.count(&step);
        if !step.is_stored() {
            self.store(&step, None).await?;
            self.answer(self.session.answer(step)).await;
        }
        Ok(())
    }

    fn count(&self, step: &Step) {
        step.findings().for_each(|kind| self.app.metrics.finding(kind));
        if let Some(why) = step.withheld() {
            self.app.metrics.withheld(why.name());
        }
    }

    async fn close(mut self, close: pb::CloseInteraction) -> Outcome<()> {
        let handling = parse::close(&close, &mut self.session.content)?;
        let step = self.session.close()?;
        self.count(&step);
        self.store(&step, Some(handling)).await?;
        self.app.metrics.interaction(self.session.channel(), self.session.assessment(), 0);
        self.answer(self.session.answer(step)).await;
        Ok(())
    }

    /// Makes durable what a step changed.
    async fn store(&mut self, step: &Step, closes: Option<Handling>) -> Outcome<()> {
        if step.is_stored() && closes.is_none() {
            self.session.stored();
            return Ok(());
        }
        let assessment = Arc::new(self.session.assessment().clone());
        let change = LiveChange {
            tenant: self.caller.tenant,
            principal: self.caller.principal,
            interaction: self.submission,
            after: self.position,
            content: self.session.stored_content(),
            new_from: step.new_from(),
            reseals: step.reseals(),
            closes,
            decide: assess::decide(self.session.rules(), assessment, self.session.text_state()),
        };
        self.position = self.app.store.change_live(change).await.map_err(|error| failure(&error))?;
        self.session.stored();
        Ok(())
    }

    async fn answer(&self, answer: pb::StreamTurnsResponse) {
        let answer = pb::StreamTurnsResponse { submission: format!("submissions/{}", self.submission.0), ..answer };
        // A caller that is gone is noticed when the next message is read.
        drop(self.answers.send(Ok(answer)).await);
    }
}
