//! One page of a database file, as the SQLite file format describes it (<https://www.sqlite.org/fileformat2.html>, section
//! 1.6): which of its bytes no row occupies. Knows nothing of files.

/// Bytes of the file header, before the header of the first page.
pub(super) const FILE_HEADER_BYTES: usize = 100;
/// First byte of interior pages, of an index and of a table.
const INTERIOR: [u8; 2] = [2, 5];
/// First byte of leaf pages, of an index and of a table.
const LEAF: [u8; 2] = [10, TABLE_LEAF];
/// First byte of the pages where rows lie.
const TABLE_LEAF: u8 = 13;
/// How many pages a file may have for those to be told from others: 1.6 TiB at 8 KiB a page.
pub(super) const PAGES_MAX: u32 = (TABLE_LEAF as u32) << 24;

/// A page whose header does not fit its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Zeroes what no row occupies in a page of a tree: the gap between the list of cells and their content, and the blocks
/// between cells. Pages of other kinds stay as they are; they begin with the number of a page of the file. A page whose first
/// byte may be part of such a number, which takes a file of 256 GiB, stays as it is too.
///
/// `header` is where the page's own header begins, `usable` how many of its bytes SQLite uses, `pages` how many the file has.
pub(super) fn clear_unused(page: &mut [u8], header: usize, usable: usize, pages: u32) -> Result<(), Malformed> {
    let list = match *page.get(header).ok_or(Malformed)? {
        kind if u32::from(kind) << 24 <= pages => return Ok(()),
        kind if INTERIOR.contains(&kind) => header + 12,
        kind if LEAF.contains(&kind) => header + 8,
        _ => return Ok(()),
    };
    let gap = list + 2 * number(page, header + 3)?;
    // A page of 64 KiB writes its own size as 0.
    let content = match number(page, header + 5)? {
        0 => 1 << 16,
        content => content,
    };
    let mut blocks = Vec::new();
    let (mut block, mut least) = (number(page, header + 1)?, content);
    while block != 0 {
        let end = block + number(page, block + 2)?;
        if block < least || end < block + 4 || end > usable {
            return Err(Malformed);
        }
        blocks.push(block + 4..end);
        (block, least) = (number(page, block)?, end);
    }
    if gap > content || content > usable {
        return Err(Malformed);
    }
    for unused in blocks.into_iter().chain([gap..content, usable..page.len()]) {
        page.get_mut(unused).ok_or(Malformed)?.fill(0);
    }
    Ok(())
}

/// The big-endian number of 16 bits at this place.
fn number(page: &[u8], at: usize) -> Result<usize, Malformed> {
    let bytes = page.get(at..).and_then(|rest| rest.first_chunk::<2>());
    bytes.map(|bytes| usize::from(u16::from_be_bytes(*bytes))).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A leaf of 64 bytes with a cell of 8 bytes at 40, a block of 10 bytes at 48, a cell of 6 bytes at 58; `X` is a byte
    /// that no row occupies.
    fn leaf() -> Vec<u8> {
        let mut page = vec![b'X'; 64];
        page[..12].copy_from_slice(&[13, 0, 48, 0, 2, 0, 40, 0, 0, 40, 0, 58]);
        page[40..48].fill(b'a');
        page[48..52].copy_from_slice(&[0, 0, 0, 10]);
        page[58..].fill(b'b');
        page
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Vec<u8>), expected: Result<usize, Malformed>) {
        let mut page = leaf();
        change(&mut page);
        let cleared = clear_unused(&mut page, 0, 64, 1 << 24);
        assert_eq!(cleared.map(|()| memchr::memchr_iter(b'X', &page).count()), expected);
    }

    #[test]
    fn what_no_row_occupies_is_zeroed() {
        check(|_| (), Ok(0));
        let mut page = leaf();
        clear_unused(&mut page, 0, 64, PAGES_MAX - 1).unwrap();
        assert_eq!(page[..12], leaf()[..12]);
        assert_eq!((&page[40..52], &page[58..]), (&leaf()[40..52], &leaf()[58..]));
    }

    #[test]
    fn other_pages_stay_as_they_are() {
        let left = memchr::memchr_iter(b'X', &leaf()).count();
        for kind in [0, 1, 3, 255] {
            check(|page| page[0] = kind, Ok(left));
        }
        let mut page = leaf();
        clear_unused(&mut page, 0, 64, PAGES_MAX).unwrap();
        assert_eq!(page, leaf(), "it might begin with the number of a page");
    }

    #[test]
    fn a_header_that_does_not_fit_is_refused() {
        check(|page| page[3] = 1, Err(Malformed));
        check(|page| page[6] = 65, Err(Malformed));
        check(|page| page[2] = 39, Err(Malformed));
        check(|page| page[2] = 63, Err(Malformed));
        check(|page| page[51] = 17, Err(Malformed));
        check(|page| page[51] = 3, Err(Malformed));
        check(|page| page[49] = 48, Err(Malformed));
        check(Vec::clear, Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_cleared_or_refused(mut page in prop::collection::vec(any::<u8>(), 0..200), kind in 0_u8..16) {
            page.iter_mut().take(1).for_each(|first| *first = kind);
            let (before, size) = (page.clone(), page.len());
            if clear_unused(&mut page, 0, size, 1).is_err() {
                prop_assert_eq!(before, page);
            }
        }
    }
}
