//! Destinations and private keys as real routers made them: throw-away keys, recorded from
//! `DEST GENERATE` on a private network. The b32 addresses are what Python's `hashlib` says.

pub(super) struct Sample {
    pub(super) router: &'static str,
    pub(super) public: &'static str,
    pub(super) private: &'static str,
    #[cfg(feature = "b32")]
    pub(super) b32: &'static str,
}

pub(super) const ALL: [&Sample; 4] = [&I2PD_OLD, &I2PD, &EMISSARY, &JAVA];

pub(super) const I2PD_OLD: Sample = Sample {
    router: "i2pd 2.45.1",
    public: "VUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo3GE-oiUXWyPL8oH41SqUSbonBOWTfryhZMtEcJ4yYqABQAEAAcAAA==",
    private: "VUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo1VIz8tPIsfPH8kbLfKxuPiYuNPhBnYUNcoaNxdm3oWjVUjPy08ix88fyRst8rG4-Ji40-EGdhQ1yho3F2behaNVSM~LTyLHzx~JGy3ysbj4mLjT4QZ2FDXKGjcXZt6Fo3GE-oiUXWyPL8oH41SqUSbonBOWTfryhZMtEcJ4yYqABQAEAAcAAGseLbj~uYrl-v3ut7Q50vXTlrKoHbtJUB4eTyIAjL4S9huxiNYcKXQI~7PUGn4vZrPheWLdnTsgX9AlhQdUaBdAv1EcTX-EdO7E85-X~xmpA0HWQsmsR7rf3szK0ceRyYz9MI~lVXRZpuOcJqdCI8fCtxEWv8O3oGnvOlNJUwU3Jnb1Mmdxoys150vvZZugZTKYDPqzUNyCAiqcUYQqeqXAhk1KS-F6EwvbnlRk8SHGtFdiv5D5aZODUB7JlFDurwcXZgXKGJZJSIRr26SClF-ki2YBTF-scJdDJzsdCxR8WzWSmPKNRzIbhaRBqwxzwrb-qE6YWpOAG1k4uqaIiQ4E79XxUuAALUweMOT4JOXSTx0p-gHuyvSr~dUurifn8Q==",
    #[cfg(feature = "b32")]
    b32: "vzfrffybl72mtixeixbudavyo2t5e2lamsstlrxxflozgldkozkq.b32.i2p",
};

pub(super) const I2PD: Sample = Sample {
    router: "i2pd 2.59.0",
    public: "Qf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1cDpeKY0QOh5snegje-Y~XIIrRrEqofoAYL8sWVKJ1t1BQAEAAcAAA==",
    private: "Qf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1UH9ZsuC6vqjtTE5~rmNnJHYQaEBiWMRz963X8wl2CfVQf1my4Lq-qO1MTn-uY2ckdhBoQGJYxHP3rdfzCXYJ9VB~WbLgur6o7UxOf65jZyR2EGhAYljEc~et1~MJdgn1cDpeKY0QOh5snegje-Y~XIIrRrEqofoAYL8sWVKJ1t1BQAEAAcAAOB8wnDbm6Ckw3z4mEPS1FJBEZermeEbr5LHit~QsTvB37AIT5M9SDHNc2AjtySHNUaFO3pQwoEKn-9hy3swffWdAqtR5JNh48ROm1HOeTYBP2hKlneg5ElzUGpNdGO6Y7KWvRGcSaaH1f-GghU2RAJ~uSLM1I7-Y18oi0XCG6ZcMpu9e2htZDNaiEdus-dNZ6l236r0Qz9Q63Ausct9EA89jE7dLHsvBySw5WfraNkAcuvqaFJDENUxbjVqNrW-Yo-SdxEup3ksAxLL7dumZQg3xq1dnJ4Ca2XQ3H9G1BfnaJU99flQ5oSU7RWNamVded5X3Z~wVTeAkvz7MDPr9ObDKKLEnVy5YSZd8mtsiHDeVabLwf3qltHM6AO2NP9Bpg==",
    #[cfg(feature = "b32")]
    b32: "535hnbjltk7dxcd2q4g44s5puxtaj3uj7vavws5l5hy675bn4a3a.b32.i2p",
};

pub(super) const EMISSARY: Sample = Sample {
    router: "emissary 0.4.0",
    public: "gh29RVrdKNd2DzVb0ZRg8OJvx2DhQNbV~82v418Fgr7Wjn6I3GfgyRdKlM1epN9nhL1DyU1CZjeN2VDcls2jJoZTvshe14yYQ1~WO613mT1-2VJ9Whr6uUfrOht5ZvyJrERzgNLgRBNb1GTW18kcjndigs2sNBkqJcd-0~lJWO3OGmiuKndMHkkG0uCdT~c4AgngUUzG0BgDR9X-m5DJG-71BsOWRtKx25ehgZ2HSfE46EsnjDmk~B-lsaJ3QUmj48BmT2KhR1YMW2AfLal8SQqHpUNyIx9WLUnshWGnBcvbjlPXHnmAdtPZKwkyi0utKzF7s-xVe5W9uCXWTye33QHYGyyekQ6u31D5l57U0kTcg75sfV2UpNy5KzX-cmvSrrJ3LjCPOIppDVPkzguBrcWpL4bDRl27mBNT3awp7iUMqEtfGM49NTtW4TpkPwHWt72sAI3xFw5aX9pmy0EeMF9yqkbPvNvFt5cffQxjEvw33XXLFHMfUBoSuFRZJ1QaBQAEAAcAAA==",
    private: "gh29RVrdKNd2DzVb0ZRg8OJvx2DhQNbV~82v418Fgr7Wjn6I3GfgyRdKlM1epN9nhL1DyU1CZjeN2VDcls2jJoZTvshe14yYQ1~WO613mT1-2VJ9Whr6uUfrOht5ZvyJrERzgNLgRBNb1GTW18kcjndigs2sNBkqJcd-0~lJWO3OGmiuKndMHkkG0uCdT~c4AgngUUzG0BgDR9X-m5DJG-71BsOWRtKx25ehgZ2HSfE46EsnjDmk~B-lsaJ3QUmj48BmT2KhR1YMW2AfLal8SQqHpUNyIx9WLUnshWGnBcvbjlPXHnmAdtPZKwkyi0utKzF7s-xVe5W9uCXWTye33QHYGyyekQ6u31D5l57U0kTcg75sfV2UpNy5KzX-cmvSrrJ3LjCPOIppDVPkzguBrcWpL4bDRl27mBNT3awp7iUMqEtfGM49NTtW4TpkPwHWt72sAI3xFw5aX9pmy0EeMF9yqkbPvNvFt5cffQxjEvw33XXLFHMfUBoSuFRZJ1QaBQAEAAcAAOXMq4j8q6JfelBjkmbhl03EmgnXpcH7JjvGfAmnYvkYkG4KEth5C55YKdbghwT2DO8F0k9IDA592StvpICLHiZ5LAK4NOqMWmnQMeGjaCk-M5BSsr7iH~XnOaxK0xl35N7QS1REnCgXvweKOkFy0WJM0zrkRFyGOl9HfD7DxyKjMaOGv0ZOLiD982wg9-mEjoKq5T8wHuHvwvYdHxMg-id0cttTgAiAJczRn0qKcFyo46j9e55zZLm4O2IeuGxi5ra0l1ZIKqyFNfdywQX6NJbZfRxBZgpWgNgfWsq6b~0fYWr69jhpKjl9XVNvgpjRYvBhrPf5pUoED1G1Dk1EtyPMs55UaQIusWjMvWYsHKK-1VNXdRFeJnRmNczMxBQ9yA==",
    #[cfg(feature = "b32")]
    b32: "wbix46e62jqvlymkwzpcmhbik4ufhzh5sjcezemxei7tmvc3sfyq.b32.i2p",
};

pub(super) const JAVA: Sample = Sample {
    router: "Java I2P 2.8.0",
    public: "py7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkfF~FpjZnDMB4fCzx7ESCcLlLIqPmx27TU8v2NYvc8a~BQAEAAcAAA==",
    private: "py7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkacu0meBnQABBbBqx-BzxqJ5OQL7gveKiIGPct43a0yRpy7SZ4GdAAEFsGrH4HPGonk5AvuC94qIgY9y3jdrTJGnLtJngZ0AAQWwasfgc8aieTkC-4L3ioiBj3LeN2tMkfF~FpjZnDMB4fCzx7ESCcLlLIqPmx27TU8v2NYvc8a~BQAEAAcAADEw8iB0nyZXz1vTXDE~KmnHRATsFQ032FAkOEJZnKjsN6vrrAs5Z1Y4EU87GS4dYRZrnhKCUtf5HRRRd9Oistc~0oZGrBYXE6KXd3jmy4fiyrdtcY1wCC-HRFhLq5vgafHfc2zQVexd9Y1bNzN6FjCckSWK6Vd69cOxWu5MLUKsghBd7vMqrS1AwhO0qiE8E-dT9SGJlLI9DGT2TM-cr8hBIexFiu8DF~KwYENbvs9BNIzRMMWFHTZQmcgNmrTmLbOJLf41fc4rllkEYWPowo6flH4es9yj8xMtgi5pwbAYmhLZvd3oB9S~s6-2m3YMnp6geStsTr3LBviv307CirKrjqgZSQaj1jbX7U3f0PixTWk88qlgX4SHZL7mZHgjCw==",
    #[cfg(feature = "b32")]
    b32: "pcm5jxn7gr6m663d2el5pbeqvy2q45rlngixhdhecgzmzvhj7vra.b32.i2p",
};

/// A destination that had its lease set encrypted, and its address: i2pd 2.45.1, asked for the
/// address on another router, answered with the destination.
pub(super) struct Encrypted {
    pub(super) public: &'static str,
    pub(super) signature_type: u16,
    pub(super) text: &'static str,
}

pub(super) const B33: [&Encrypted; 2] = [
    &Encrypted {
        public: "vEgREDIf8hu4bdDV5m~ZExiRs0hSj0aBdN6ymVuFHsu8SBEQMh~yG7ht0NXmb9kTGJGzSFKPRoF03rKZW4Uey7xIERAyH~IbuG3Q1eZv2RMYkbNIUo9GgXTesplbhR7LvEgREDIf8hu4bdDV5m~ZExiRs0hSj0aBdN6ymVuFHsu8SBEQMh~yG7ht0NXmb9kTGJGzSFKPRoF03rKZW4Uey7xIERAyH~IbuG3Q1eZv2RMYkbNIUo9GgXTesplbhR7LvEgREDIf8hu4bdDV5m~ZExiRs0hSj0aBdN6ymVuFHsu8SBEQMh~yG7ht0NXmb9kTGJGzSFKPRoF03rKZW4Uey7xIERAyH~IbuG3Q1eZv2RMYkbNIUo9GgXTesplbhR7LvEgREDIf8hu4bdDV5m~ZExiRs0hSj0aBdN6ymVuFHsu8SBEQMh~yG7ht0NXmb9kTGJGzSFKPRoF03rKZW4Uey~3ZU5oQJh4fDNrXQc08~Zj5ZXGUYQIudfJQuwMj52j1BQAEAAcAAA==",
        signature_type: 7,
        text: "3ip4r7ozkonbajq6d4gnvv2bzu6p3ghzmvyziyicfz27euf3amr6o2hv.b32.i2p",
    },
    &Encrypted {
        public: "ZEisIF1FR1gGUbQAn4eGAYnfrdXkXMtqcHoKZ6QrojhkSKwgXUVHWAZRtACfh4YBid-t1eRcy2pwegpnpCuiOGRIrCBdRUdYBlG0AJ-HhgGJ363V5FzLanB6CmekK6I4ZEisIF1FR1gGUbQAn4eGAYnfrdXkXMtqcHoKZ6QrojhkSKwgXUVHWAZRtACfh4YBid-t1eRcy2pwegpnpCuiOGRIrCBdRUdYBlG0AJ-HhgGJ363V5FzLanB6CmekK6I4ZEisIF1FR1gGUbQAn4eGAYnfrdXkXMtqcHoKZ6QrojhkSKwgXUVHWAZRtACfh4YBid-t1eRcy2pwegpnpCuiOGRIrCBdRUdYBlG0AJ-HhgGJ363V5FzLanB6CmekK6I4ZEisIF1FR1gGUbQAn4eGAYnfrdXkXMtqcHoKZ6QrojhkSKwgXUVHWAZRtACfh4YBid-t1eRcy2pwegpnpCuiOF77UBKj3U4oZKYLn1nwQIb5vnvTUaVTozHvsmvoDTvLBQAEAAsAAA==",
        signature_type: 11,
        text: "fcyzmxx3kajkhxkofbskmc47lhyebbxzxz55gunfkortd35snpua2o6l.b32.i2p",
    },
];
