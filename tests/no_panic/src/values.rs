//! Small values: numbers, words, session IDs, options, and lines written by hand.

use core::hint::black_box;

use sam_core::line::RxBuffer;
use sam_core::operand::Name;
use sam_core::options::{LeaseSetAuth, LeaseSetType, Options, Reliability, Tunnels};
use sam_core::time::{Duration, Instant};
use sam_core::{
    ResultCode, Secret, SessionId, SessionOption, SessionOptions, SignatureType, Status, Style,
    TunnelOptions, Value, Writer,
};

use crate::input::{bytes, cut, number, text};

pub fn call() {
    let input = bytes();
    words(&input);
    session_ids(&input);
    times();
    options(&input);
    writing(&input);
    receiving(&input);
}

#[inline(never)]
fn words(input: &[u8]) {
    let signature_type = SignatureType(number() as u16);
    black_box(signature_type.is_safe_to_request());
    black_box(signature_type.name());
    black_box(Style::from_word(cut(input)).map(Style::word));
    black_box(ResultCode::from_word(cut(input)).word());

    let status = Status::new(ResultCode::from_word(cut(input))).with_message(text(input));
    black_box((status.code(), status.word(), status.is_ok()));
    black_box(status.into_result()).ok();

    let value = Value::new(cut(input));
    black_box((value.as_bytes(), value.as_str(), value.is_empty()));
    value.bytes().for_each(|byte| {
        black_box(byte);
    });
    black_box(value == Value::new(text(input).as_bytes()));
    black_box(value == *text(input));
    black_box(Secret::new(value).expose());
}

#[inline(never)]
fn session_ids(input: &[u8]) {
    black_box(SessionId::new(text(input)).as_ref().map(SessionId::as_str)).ok();
    black_box(text(input).parse::<SessionId>()).ok();
    let entropy = *input.first_chunk().unwrap_or(&[0; 16]);
    black_box(SessionId::random(entropy));
}

#[inline(never)]
fn times() {
    let instant = Instant::from_millis(number() as u64);
    let span = Duration::from_secs(number() as u32);
    black_box(instant + span);
    black_box((instant - Instant::from_millis(number() as u64)).as_millis());
    black_box(Duration::from_millis(number() as u32) < span);
    black_box(Duration::from(core::time::Duration::from(span)));
    black_box(instant.as_millis());
}

#[inline(never)]
fn options(input: &[u8]) {
    let others = others(input);
    let tunnels = || TunnelOptions {
        length: Some(number() as u8),
        quantity: Some(number() as u8),
    };
    let options = SessionOptions {
        inbound: tunnels(),
        outbound: tunnels(),
        lease_set_enc_type: Some(text(input)),
        others: others.get(..number()).unwrap_or_default(),
    };
    black_box(options.validate()).ok();
    for option in others {
        black_box((option.key(), option.validate())).1.ok();
        let put = option.put(&mut |key, value| {
            black_box((key, value));
            Ok(())
        });
        black_box(put).ok();
    }
    let each = Options::from(options).each(&mut |key, value| {
        black_box((key, value));
        Ok(())
    });
    black_box(each).ok();
    black_box(Options::from(options) == Options::from(SessionOptions::DEFAULT));
}

#[inline(never)]
fn others(input: &[u8]) -> [SessionOption<'_>; 30] {
    use SessionOption as Of;
    let tunnels = if number() == 0 {
        Tunnels::Inbound
    } else {
        Tunnels::Outbound
    };
    let span = || Duration::from_millis(number() as u32);
    let count = || number() as u32;
    let few = || number() as u8;
    let is_on = || number() == 0;
    [
        Of::other(text(input), text(input)),
        tunnels.length_variance(number() as i8),
        tunnels.backup_quantity(few()),
        tunnels.nickname(text(input)),
        Of::lease_set_type(black_box(LeaseSetType::Standard)),
        Of::lease_set_type(black_box(LeaseSetType::Encrypted)),
        Of::lease_set_auth(black_box(LeaseSetAuth::None)),
        Of::lease_set_auth(black_box(LeaseSetAuth::Psk)),
        Of::lease_set_secret(text(input)),
        Of::lease_set_private_key(text(input)),
        Of::dont_publish_lease_set(is_on()),
        Of::fast_receive(is_on()),
        Of::gzip(is_on()),
        Of::reduce_on_idle(is_on()),
        Of::reduce_idle_time(span()),
        Of::reduce_quantity(few()),
        Of::close_on_idle(is_on()),
        Of::close_idle_time(span()),
        Of::message_reliability(black_box(Reliability::BestEffort)),
        Of::message_reliability(black_box(Reliability::None)),
        Of::bundle_reply_info(is_on()),
        Of::tags_to_send(few()),
        Of::connect_timeout(span()),
        Of::max_concurrent_streams(count()),
        Of::max_connections_per_minute(count()),
        Of::max_connections_per_hour(count()),
        Of::max_connections_per_day(count()),
        Of::max_total_connections_per_minute(count()),
        Of::max_total_connections_per_hour(count()),
        Of::max_total_connections_per_day(count()),
    ]
}

#[inline(never)]
fn writing(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    black_box(writer.put(cut(input))).ok();
    let line = writer.line(|line| {
        line.put(cut(input))?;
        line.pair(text(input), Value::new(cut(input)))?;
        line.number(text(input), number() as u32)
    });
    black_box(line).ok();
    black_box((writer.len(), writer.is_empty(), writer.written()));
    let name = Name::Text(Value::new(cut(input)));
    black_box(name.text(&mut |piece| writer.put(piece))).ok();
    black_box(name == Name::Me);
}

#[inline(never)]
fn receiving(input: &[u8]) {
    let mut buffer = bytes();
    let mut rx = RxBuffer::new(buffer.get_mut(..number()).unwrap_or_default());
    for _ in 0..number() {
        if let Ok(room) = rx.spare() {
            fill(room, input);
        }
        black_box(rx.received(number())).ok();
        let mut out = [0; 64];
        black_box(rx.take_bytes(out.get_mut(..number()).unwrap_or_default()));
        let line = match number() {
            0 => rx.take_line(),
            _ => rx.take_rest(),
        };
        black_box(line.and_then(|line| rx.line(line)));
        black_box(rx.unread());
    }
    let mut unread = rx.into_unread();
    let mut out = [0; 64];
    black_box(unread.take(out.get_mut(..number()).unwrap_or_default()));
    black_box((unread.as_slice(), unread.is_empty(), unread.range()));
    black_box(unread.into_buffer());
}

/// Puts as many bytes of `from` into `room` as there is room for.
pub fn fill(room: &mut [u8], from: &[u8]) {
    room.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
