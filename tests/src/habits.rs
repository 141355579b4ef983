//! How a transport treats the bytes it is given.

/// How a transport handles bytes.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The most bytes one read gives.
    pub read_max: usize,
    /// The most bytes one write takes.
    pub write_max: usize,
    /// A place in what the router says that no read goes across.
    pub split: Option<usize>,
    /// Whether everything is there before anything was asked.
    pub eager: bool,
    /// Whether bytes are kept back until they are flushed.
    pub lazy: bool,
    /// How often each operation fails, or is pending, before it succeeds.
    pub hindrances: usize,
    /// After how many bytes read a read fails once.
    pub read_fails_at: Option<usize>,
    /// After how many bytes written a write fails once.
    pub write_fails_at: Option<usize>,
    /// After how many bytes written a write takes none, once.
    pub write_zero_at: Option<usize>,
    /// After how many bytes the router closes the connection.
    pub cut: Option<usize>,
}

impl Habits {
    /// As much as there is, at once.
    pub const GOOD: Self = Self {
        read_max: usize::MAX,
        write_max: usize::MAX,
        split: None,
        eager: false,
        lazy: false,
        hindrances: 0,
        read_fails_at: None,
        write_fails_at: None,
        write_zero_at: None,
        cut: None,
    };
}
