use embassy_futures::block_on;
use embedded_storage::nor_flash::NorFlashErrorKind;

use super::*;
use crate::nor_flash::{Memory, PAGE};

type Page = FlashPage<Memory>;

const AT: u32 = PAGE as u32;
/// Bytes of an Ed25519 key, and of the longest that a page takes.
const LENGTHS: [usize; 5] = [0, 1, 32, 679, PAGE - CHUNK];

fn key(len: usize, salt: u8) -> Vec<u8> {
    (0..len)
        .map(|at| (at as u8).wrapping_mul(31) ^ salt)
        .collect()
}

fn load(page: &mut Page) -> Option<Vec<u8>> {
    let mut out = [0; PAGE];
    let len = block_on(page.load(&mut out)).unwrap()?;
    Some(out[..len].to_vec())
}

fn store(page: &mut Page, key: &[u8]) -> Result<(), NotKept<NorFlashErrorKind>> {
    block_on(page.store(key))
}

#[test]
fn an_erased_page_holds_nothing() {
    assert_eq!(load(&mut Page::new(Memory::new(1), AT)), None);
}

#[test]
fn keys_of_all_lengths_are_kept_one_after_the_other() {
    let mut page = Page::new(Memory::new(1), AT);
    for (salt, len) in (1..).zip(LENGTHS) {
        store(&mut page, &key(len, salt)).unwrap();
        assert_eq!(load(&mut page), Some(key(len, salt)));
    }
}

#[test]
fn neighbouring_pages_are_left_alone() {
    let mut memory = Memory::new(1);
    memory.bytes.fill(0x5a);
    let mut page = Page::new(memory, AT);
    store(&mut page, &key(PAGE - CHUNK, 1)).unwrap();
    let bytes = page.into_inner().bytes;
    assert!(bytes[..PAGE].iter().all(|byte| *byte == 0x5a));
    assert!(bytes[2 * PAGE..].iter().all(|byte| *byte == 0x5a));
}

#[test]
fn a_key_that_is_too_long_leaves_the_old_one() {
    let mut page = Page::new(Memory::new(1), AT);
    store(&mut page, &key(679, 1)).unwrap();
    let too_long = store(&mut page, &key(PAGE - CHUNK + 1, 2));
    assert_eq!(too_long, Err(NotKept::TooLong));
    assert_eq!(load(&mut page), Some(key(679, 1)));
    let mut short = [0; 678];
    assert_eq!(block_on(page.load(&mut short)), Err(NotKept::TooLong));
    assert_eq!(short, [0; 678]);
}

#[test]
fn a_page_that_does_not_exist_is_an_error() {
    let mut page = Page::new(Memory::new(1), 3 * AT);
    let mut out = [0; PAGE];
    let out_of_bounds = NotKept::Flash(NorFlashErrorKind::OutOfBounds);
    assert_eq!(block_on(page.load(&mut out)), Err(out_of_bounds));
    assert_eq!(store(&mut page, &key(679, 1)), Err(out_of_bounds));
}

#[test]
fn a_power_failure_at_any_word_leaves_the_old_key_the_new_one_or_none() {
    let words = (PAGE + CHUNK + 679_usize.next_multiple_of(CHUNK)) / 8;
    let (mut old_ones, mut none, mut new_ones) = (0, 0, 0);
    for seed in 1..20 {
        for power in 0..=words {
            let mut page = Page::new(Memory::new(seed), AT);
            store(&mut page, &key(679, 1)).unwrap();
            page.flash.power = power;
            let stored = store(&mut page, &key(679, 2));
            page.flash.power = usize::MAX;
            assert_eq!(stored.is_ok(), power == words, "{power} of {words} words");
            match load(&mut page) {
                None => none += 1,
                Some(kept) if kept == key(679, 1) => old_ones += 1,
                Some(kept) if kept == key(679, 2) => new_ones += 1,
                Some(_) => panic!("a mixture after {power} words"),
            }
            store(&mut page, &key(679, 3)).unwrap();
            assert_eq!(load(&mut page), Some(key(679, 3)));
        }
    }
    assert!(
        none > words && new_ones >= 19,
        "{old_ones} {none} {new_ones}"
    );
}

#[test]
fn each_damaged_bit_is_noticed() {
    let mut page = Page::new(Memory::new(1), AT);
    store(&mut page, &key(679, 1)).unwrap();
    for bit in 0..8 * (CHUNK + 679) {
        let byte = PAGE + bit / 8;
        page.flash.bytes[byte] ^= 1 << (bit % 8);
        assert_eq!(load(&mut page), None, "bit {bit}");
        page.flash.bytes[byte] ^= 1 << (bit % 8);
    }
    assert_eq!(load(&mut page), Some(key(679, 1)));
}

#[test]
fn garbage_is_no_key() {
    let mut page = Page::new(Memory::new(7), AT);
    for round in 0..10_000 {
        for at in PAGE..2 * PAGE {
            page.flash.bytes[at] = page.flash.chance() as u8;
        }
        // Half of it looks like a key up to its length.
        if round % 2 == 0 {
            let header = [
                &MARK[..],
                &page.flash.chance().to_le_bytes(),
                &[0; 4],
                &[ERASED; 16],
            ];
            page.flash.bytes[PAGE..][..CHUNK].copy_from_slice(&header.concat());
            if round % 4 == 0 {
                page.flash.bytes[PAGE + 10..PAGE + 12].fill(0);
            }
        }
        assert_eq!(load(&mut page), None);
    }
}

#[test]
fn a_page_that_is_worn_out_is_noticed() {
    for word in 0..(CHUNK + 679) / 8 {
        let mut memory = Memory::new(1);
        let word = PAGE / 8 + word;
        memory.bytes[8 * word..][..8].fill(0);
        memory.stuck = Some(word);
        let mut page = Page::new(memory, AT);
        assert_eq!(store(&mut page, &key(679, 1)), Err(NotKept::WornOut));
        assert_eq!(load(&mut page), None);
    }
}
