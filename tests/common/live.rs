//! A live stream as a client has it: messages in, answers out.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Status, Streaming,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use triaged::service::pb::{
    self, StreamTurnsRequest, StreamTurnsResponse, intake_service_client::IntakeServiceClient,
    stream_turns_request::Message,
};

/// A stream under way.
pub(crate) struct Live {
    messages: mpsc::Sender<StreamTurnsRequest>,
    answers: Streaming<StreamTurnsResponse>,
}

/// The customer of every chat here.
pub(crate) fn contact() -> pb::Party {
    pb::Party { names: vec!["Petra Novak".into()], phones: vec!["+44 20 7946 0958".into()], ..pb::Party::default() }
}

/// A chat that is opened under this request id.
pub(crate) fn chat(request_id: &str) -> pb::OpenInteraction {
    let kind = Some(pb::interaction::Kind::Chat(pb::Chat::default()));
    let interaction = Some(pb::Interaction { kind, contact: Some(contact()), ..pb::Interaction::default() });
    pb::OpenInteraction { request_id: request_id.to_owned(), interaction, ..pb::OpenInteraction::default() }
}

/// What is said: `C:` by the customer, `A:` by the agent.
pub(crate) fn turn(sequence: usize, said: &str) -> pb::LiveTurn {
    let (who, text) = said.split_once(':').unwrap();
    let role = if who == "C" { pb::SpeakerRole::Customer } else { pb::SpeakerRole::Staff };
    let sequence = i32::try_from(sequence).unwrap();
    pb::LiveTurn { sequence, role: role.into(), text: text.to_owned(), ..pb::LiveTurn::default() }
}

/// The same conversation as a whole.
pub(crate) fn whole(said: &[&str]) -> pb::AnalyzeRequest {
    let line = |said: &&str| {
        let pb::LiveTurn { role, text, .. } = turn(1, said);
        pb::ChatTurn { role, text, ..pb::ChatTurn::default() }
    };
    let chat = pb::Chat { turns: said.iter().map(line).collect(), ..pb::Chat::default() };
    let kind = Some(pb::interaction::Kind::Chat(chat));
    let interaction = Some(pb::Interaction { kind, contact: Some(contact()), ..pb::Interaction::default() });
    pb::AnalyzeRequest { interaction, ..pb::AnalyzeRequest::default() }
}

impl Live {
    /// Opens or resumes; gives the stream and the first answer.
    pub(crate) async fn open<I: Interceptor>(
        mut client: IntakeServiceClient<InterceptedService<Channel, I>>,
        open: pb::OpenInteraction,
    ) -> Result<(Self, StreamTurnsResponse), Status> {
        let (messages, receiver) = mpsc::channel(16);
        messages.send(StreamTurnsRequest { message: Some(Message::Open(open)) }).await.unwrap();
        let answers = client.stream_turns(ReceiverStream::new(receiver)).await?.into_inner();
        let mut live = Self { messages, answers };
        let first = live.answer().await?;
        Ok((live, first))
    }

    /// Sends without waiting for an answer; false: the stream is over.
    pub(crate) async fn send(&self, turn: pb::LiveTurn) -> bool {
        self.messages.send(StreamTurnsRequest { message: Some(Message::Turn(turn)) }).await.is_ok()
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> Result<StreamTurnsResponse, Status> {
        Ok(self.answers.message().await?.unwrap_or_default())
    }

    /// Sends a turn and waits for its answer.
    pub(crate) async fn say(&mut self, sequence: usize, said: &str) -> Result<StreamTurnsResponse, Status> {
        self.send(turn(sequence, said)).await;
        self.answer().await
    }

    /// Ends the conversation.
    pub(crate) async fn close(mut self, handling: pb::Handling) -> Result<StreamTurnsResponse, Status> {
        let close = pb::CloseInteraction { handling: handling.into(), ..pb::CloseInteraction::default() };
        self.messages.send(StreamTurnsRequest { message: Some(Message::Close(close)) }).await.unwrap();
        self.answer().await
    }
}
