//! Protobuf on the wire. Differs from tonic's own codec in one thing: bytes that are no message are answered with
//! `INVALID_ARGUMENT` and a fixed text, so that nothing of the input comes back.

use std::marker::PhantomData;

use prost::Message;
use tonic::{
    Status,
    codec::{DecodeBuf, Decoder},
};
use tonic_prost::{ProstDecoder, ProstEncoder};

use super::status::{Failure, Reason};

/// Encodes `T`, decodes `U`.
#[derive(Debug)]
pub struct Codec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Codec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Message + 'static, U: Message + Default + 'static> tonic::codec::Codec for Codec<T, U> {
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = QuietDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        QuietDecoder(ProstDecoder::default())
    }
}

/// Decodes `U`.
#[derive(Debug)]
pub struct QuietDecoder<U>(ProstDecoder<U>);

impl<U: Message + Default> Decoder for QuietDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        self.0.decode(buffer).map_err(|_| Failure::of(Reason::MalformedRequest).into())
    }
}
