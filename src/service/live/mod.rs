//! `StreamTurns`: a conversation that comes in turn by turn. This is the loop of one stream: read, work, store, answer,
//! one message at a time, so that a caller who does not read its answers is not read from either.

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
    store::{Handling, LiveChange, LiveInteraction, StoreError, TextState},
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

/// The next message; `None`: the caller has ended the stream.
async fn next(app: &App, requests: &mut Requests, erased: &mut Erased) -> Outcome<Option<Message>> {
    let idle: Duration = limits::seconds(limits::LIVE_IDLE_SECONDS_MAX);
    let read = tokio::select! {
        read = requests.message() => read,
        () = app.drained() => return Err(Failure::of(Reason::ShuttingDown)),
        () = erased.told() => return Err(Failure::of(Reason::RecordGone)),
        () = tokio::time::sleep(idle) => return Err(Failure::of(Reason::StreamIdle)),
    };
    match read.map_err(|status| of_message(&status))? {
        Some(pb::StreamTurnsRequest { message: Some(message) }) => Ok(Some(message)),
        Some(pb::StreamTurnsRequest { message: None }) => Err(Failure::of(Reason::FieldRequired)),
        None => Ok(None),
    }
}

/// A message that could not be read ends the stream. A caller that is gone gets no answer whatever the reason.
fn of_message(status: &Status) -> Failure {
    status::of_transport(status.code()).unwrap_or_else(|| Failure::of(Reason::MalformedRequest))
}

async fn run(app: &App, caller: Caller, requests: &mut Requests, answers: &Sender) -> Outcome<()> {
    let mut erased = Erased { told: app.store.erased(), interaction: None };
    let Some(first) = next(app, requests, &mut erased).await? else { return Ok(()) };
    let rules = app.rules(caller.tenant)?;
    let opening = parse::opening(app, &rules, &caller, first)?;
    let opened = app.store.open_live(opening.submission).await;
    let opened = opened.map_err(|error| failure(&error))?;
    let LiveInteraction { submission, position, content } = opened;
    erased.interaction = Some(submission);
    let session = Session::new(&rules, &opening.parties, content, opening.wants_turns);
    let mut live = Live { app, caller, answers, submission, position, session };
    live.answer(live.session.opened()).await;
    while let Some(message) = next(app, requests, &mut erased).await? {
        match message {
            Message::Open(_) => return Err(Failure::of(Reason::FieldUnknownValue)),
            Message::Turn(turn) => {
                app.shares.pace(live.caller.tenant, WorkClass::Live, 1).await;
                live.turn(turn).await?;
            }
            Message::Close(close) => return live.close(close).await,
        }
    }
    Ok(())
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
}

impl Live<'_> {
    async fn turn(&mut self, turn: pb::LiveTurn) -> Outcome<()> {
        let (sequence, turn, time) = parse::turn(turn, self.session.channel())?;
        let Some(step) = self.session.turn(sequence, turn, time)? else {
            self.answer(self.session.repeated(sequence)).await;
            return Ok(());
        };
        step.findings().for_each(|kind| self.app.metrics.finding(kind));
        self.store(&step, None).await?;
        self.answer(self.session.answer(step)).await;
        Ok(())
    }

    async fn close(mut self, close: pb::CloseInteraction) -> Outcome<()> {
        let handling = parse::close(&close, &mut self.session.content)?;
        let step = self.session.close()?;
        self.store(&step, Some(handling)).await?;
        self.app.metrics.interaction(self.session.channel(), self.session.assessment(), 0);
        self.answer(self.session.answer(step)).await;
        Ok(())
    }

    /// Makes durable what a step changed.
    async fn store(&mut self, step: &Step, closes: Option<Handling>) -> Outcome<()> {
        if step.is_stored() && closes.is_none() {
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
            decide: assess::decide(self.session.rules(), assessment, TextState::Redacted),
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
