//! What the compiler cannot foresee.

/// Longer than any line of a peer's that these programs take.
const LEN: usize = 2048;

static BYTES: [u8; LEN] = [0; LEN];
static NUMBER: u32 = 0;

/// Any bytes.
pub fn bytes() -> [u8; LEN] {
    let mut bytes = BYTES;
    for byte in &mut bytes {
        // SAFETY: a reference is valid for reads.
        *byte = unsafe { core::ptr::read_volatile(byte) };
    }
    bytes
}

/// Any number.
pub fn number() -> usize {
    // SAFETY: a reference is valid for reads.
    unsafe { core::ptr::read_volatile(&NUMBER) as usize }
}

/// Any bytes, as many as any number says.
pub fn cut(bytes: &[u8]) -> &[u8] {
    bytes.get(..number()).unwrap_or_default()
}

/// Any text.
pub fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(cut(bytes)).unwrap_or_default()
}
