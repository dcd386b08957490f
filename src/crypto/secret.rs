//! Random bytes: secrets that are wiped when dropped, and new ids. The only module that draws randomness.

use aws_lc_rs::rand;
use memmap2::MmapMut;
use uuid::{Builder, Uuid};
use zeroize::{Zeroize, Zeroizing};

use super::CryptoError;
use crate::time::Timestamp;

/// Length of every key, in bytes.
pub const KEY_BYTES: usize = 32;

/// The bytes of a key. They are wiped on drop, live where a move leaves no copy, and can be neither printed nor cloned.
#[expect(missing_debug_implementations, reason = "a secret has no printed form, not even a masked one")]
pub struct Secret(Bytes);

enum Bytes {
    /// On the heap: keys that live for one use.
    Heap(Box<Zeroizing<[u8; KEY_BYTES]>>),
    /// In a page of its own: keys that live as long as the process.
    Page(Page),
}

/// A page that is never swapped and in no core dump.
struct Page(MmapMut);

/// What a page that is shorter than a key would hold; there is none.
const NOTHING: &[u8; KEY_BYTES] = &[0; KEY_BYTES];

impl Page {
    /// A page with these bytes; `None` where the user may lock no more memory.
    fn holding(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        let mut page = Self(MmapMut::map_anon(KEY_BYTES).ok()?);
        page.0.lock().ok()?;
        #[cfg(target_os = "linux")]
        page.0.advise(memmap2::Advice::DontDump).ok()?;
        page.0.first_chunk_mut::<KEY_BYTES>()?.copy_from_slice(bytes);
        Some(page)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret {
    /// Draws a new secret.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn draw() -> Result<Self, CryptoError> {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_BYTES]));
        rand::fill(bytes.as_mut_slice()).map_err(|_| CryptoError::Random)?;
        Ok(Self(Bytes::Heap(bytes)))
    }

    /// Takes over the bytes of a key; `None` where there are not exactly [`KEY_BYTES`].
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Bytes::Heap(Box::new(Zeroizing::new(bytes.try_into().ok()?)))))
    }

    /// The bytes themselves, for a cipher or a wrap.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        match &self.0 {
            Bytes::Heap(bytes) => bytes,
            Bytes::Page(page) => page.0.first_chunk().unwrap_or(NOTHING),
        }
    }

    /// Moves the bytes to a page that is never swapped and in no core dump, as far as the user may lock memory. The cipher
    /// keeps a form of the key of its own on the heap; for that too, the machine's swap must be encrypted or off.
    pub fn pinned(self) -> Self {
        match Page::holding(self.expose()) {
            Some(page) => Self(Bytes::Page(page)),
            None => self,
        }
    }

    /// Whether the bytes are in a page of their own.
    pub fn is_pinned(&self) -> bool {
        matches!(self.0, Bytes::Page(_))
    }
}

/// Random bytes that are no secret, such as a salt.
///
/// # Errors
/// The machine gave no random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| CryptoError::Random)?;
    Ok(bytes)
}

/// A new id (`UUIDv7`, RFC 9562): the millisecond of `now`, then 74 random bits.
///
/// # Errors
/// The machine gave no random bytes.
pub fn new_id(now: Timestamp) -> Result<Uuid, CryptoError> {
    let millis = u64::try_from(now.0 / 1_000).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(millis, &random()?).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_milliseconds_sort_later() {
        let early = new_id(Timestamp(1_000_000)).unwrap();
        let late = new_id(Timestamp(2_000_000)).unwrap();
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_ne!(early, new_id(Timestamp(1_000_000)).unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pinned_secret_lies_in_a_locked_page_that_is_never_dumped() {
        let secret = Secret::draw().unwrap();
        let bytes = *secret.expose();
        let secret = secret.pinned();
        assert!(secret.is_pinned() && *secret.expose() == bytes);
        let address = secret.expose().as_ptr().addr();
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut flags = None;
        let mut within = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            if let Some((Ok(from), Ok(to))) =
                range.map(|(from, to)| (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)))
            {
                within = (from..to).contains(&address);
            } else if within && line.starts_with("VmFlags:") {
                flags = Some(line.to_owned());
            }
        }
        let flags = flags.unwrap();
        assert!(flags.contains(" lo") && flags.contains(" dd"), "locked, not dumped: {flags}");
    }

    #[test]
    fn a_secret_has_exactly_its_length() {
        assert!(Secret::from_slice(&[1; 31]).is_none());
        assert!(Secret::from_slice(&[1; 33]).is_none());
        assert_eq!(Secret::from_slice(&[7; 32]).unwrap().expose(), &[7; 32]);
        assert_ne!(Secret::draw().unwrap().expose(), Secret::draw().unwrap().expose());
    }
}
