#include "tickertape-bench/load.hpp"

#include "tickertape-bench/machine.hpp"
#include "tickertape-bench/response_head.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

namespace tickertape::bench {

namespace {

constexpr std::size_t begun_at_once = 256;  // before those that are there are read again
constexpr wall_us sample_every = 250'000;
constexpr std::uint32_t first_source = 0x7f000002;  // 127.0.0.2

int own_pid()
{
    return static_cast<int>(::getpid());
}

}  // namespace

load::load(const options& o)
    : options_{o}, target_{parse_url(o.url)}, paths_{target_.path, o.symbols, o.seed},
      to_{address_of(target_)}, all_(o.connections + o.stalled), ledger_{o.by, o.symbols}
{
    need_descriptors(all_.size());
    if (target_.tls)
        tls_ = std::make_unique<tls_client>(o.ca, o.insecure);
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (poll_ < 0)
        throw std::runtime_error{"epoll_create1: " + words_of(errno)};
}

load::~load()
{
    ::close(poll_);
}

findings load::run()
{
    found_.subscribers = options_.connections;
    found_.stalled = options_.stalled;
    found_.server_before = usage_of(options_.pids);
    found_.sockets_before = socket_usage_now();
    started_ = phase_began_ = wall_now();
    if (options_.each > 0)
        begin_measuring(started_);
    std::vector<epoll_event> ready(512);
    while (phase_ != phase::over) {
        begin_due(wall_now());
        const int wait_ms = begun_ < all_.size() ? 1 : 5;
        const int n = ::epoll_wait(poll_, ready.data(), static_cast<int>(ready.size()), wait_ms);
        for (int i = 0; i < n; ++i)
            on_event(
                ready[static_cast<std::size_t>(i)].data.u32,
                ready[static_cast<std::size_t>(i)].events);
        look_at_phase(wall_now());
    }
    found_.ticks = ledger_.sum(ticks_due());
    found_.latency_us = ledger_.latency_us();
    found_.disordered = ledger_.disordered();
    found_.unreadable = ledger_.unreadable();
    found_.streaming_at_end = static_cast<std::size_t>(std::count_if(
        all_.begin(), all_.end(), [](const subscriber& s) { return s.at == stage::streaming; }));
    return found_;
}

void load::begin_due(wall_us now)
{
    auto due = all_.size();
    if (options_.ramp > 0) {
        const auto passed = static_cast<double>(now - started_) / 1e6;
        due = std::min(due, static_cast<std::size_t>(passed * options_.ramp) + 1);
    }
    for (std::size_t n = 0; begun_ < due && n < begun_at_once; ++n)
        begin(static_cast<std::uint32_t>(begun_++), wall_now());
}

void load::begin(std::uint32_t number, wall_us now)
{
    subscriber& s = all_[number];
    const bool is_stalled = number >= options_.connections;
    const auto wants = paths_.next();
    s.picked = wants.picked;
    s.began = now;
    auto request = "GET " + wants.path + " HTTP/1.1\r\nHost: " + target_.host + ":" +
                   std::to_string(target_.port) + "\r\nAccept: text/event-stream\r\n";
    for (const auto& header : options_.headers)
        request += header + "\r\n";
    s.pending = std::make_unique<std::string>(request + "\r\n");
    const auto from = options_.sources > 1 ? first_source + number % options_.sources : 0;
    s.at = stage::connecting;
    const int error = s.connection.open(to_, from, is_stalled);
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    wanted.data.u32 = number;
    if (error == 0 && ::epoll_ctl(poll_, EPOLL_CTL_ADD, s.connection.descriptor(), &wanted) == 0)
        return;
    if (found_.why_failed.empty())
        found_.why_failed = words_of(error == 0 ? errno : error);
    leave(s, found_.failed);
}

void load::leave(subscriber& s, std::size_t& reason)
{
    ++reason;
    if (s.at < stage::streaming)
        ++answered_;
    s.connection.close();
    s.pending.reset();
    s.at = stage::gone;
}

void load::on_event(std::uint32_t number, std::uint32_t events)
{
    subscriber& s = all_[number];
    if (s.at == stage::gone || s.at == stage::stalled)
        return;
    if (s.at == stage::connecting) {
        if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0)
            return;
        if (const int error = s.connection.connect_error(); error != 0) {
            if (found_.why_failed.empty())
                found_.why_failed = words_of(error);
            leave(s, found_.failed);
            return;
        }
        s.at = stage::shaking_hands;
    }
    if (s.at == stage::shaking_hands)
        advance(s);
    if ((s.at == stage::head || s.at == stage::streaming) &&
        (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
        read(s);
}

void load::advance(subscriber& s)
{
    const auto shaken = s.connection.shake_hands(tls_.get(), target_.host);
    if (shaken == io::later)
        return;
    if (shaken == io::closed) {
        if (found_.why_failed.empty())
            found_.why_failed = "the TLS handshake failed";
        leave(s, found_.failed);
        return;
    }
    ask(s);
}

void load::ask(subscriber& s)
{
    if (s.connection.send(*s.pending) != io::done) {
        if (found_.why_failed.empty())
            found_.why_failed = "closed before it was asked";
        leave(s, found_.failed);
        return;
    }
    s.pending->clear();
    s.at = stage::head;
    const auto number = static_cast<std::size_t>(&s - all_.data());
    if (number < options_.connections)
        return;
    // Whether it is answered is not known: it never reads.
    ::epoll_ctl(poll_, EPOLL_CTL_DEL, s.connection.descriptor(), nullptr);
    s.at = stage::stalled;
    s.pending.reset();
    ++answered_;
    ++found_.connected;
}

void load::read(subscriber& s)
{
    static char buffer[256 << 10];
    for (bool more = true; more;) {
        std::size_t got = 0;
        const auto outcome = s.connection.receive(buffer, got, more);
        if (outcome == io::later)
            return;
        if (outcome == io::closed) {
            leave(s, found_.closed);
            return;
        }
        if (!take(s, {buffer, got}, wall_now()))
            return;
    }
}

// Returns whether the subscriber is still there.
bool load::take(subscriber& s, std::string_view received, wall_us now)
{
    if (phase_ == phase::measuring)
        found_.bytes += received.size();
    if (s.at == stage::head)
        return take_head(s, received, now);
    return take_body(s, received, now);
}

bool load::take_head(subscriber& s, std::string_view received, wall_us now)
{
    s.pending->append(received);
    const auto head = parse_head(*s.pending);
    if (!head && s.pending->size() < head_bytes_max)
        return true;
    if (!head) {
        leave(s, found_.broken);
        return false;
    }
    if (head->status != 200) {
        if (found_.refused_with == 0)
            found_.refused_with = head->status;
        leave(s, found_.refused);
        return false;
    }
    s.chunked = head->chunked;
    s.at = stage::streaming;
    ++answered_;
    ++found_.connected;
    found_.answer_us.add(static_cast<std::uint64_t>(std::max<wall_us>(0, now - s.began)));
    const auto begun = std::move(s.pending);
    return take_body(s, std::string_view{*begun}.substr(head->bytes), now);
}

bool load::take_body(subscriber& s, std::string_view body, wall_us now)
{
    bool is_sound = true;
    const auto on_event = [&](event_name name, stamp at, std::string_view data) {
        ++found_.events[static_cast<std::size_t>(name)];
        if (name != event_name::tick)
            return;
        if (phase_ == phase::measuring)
            ++found_.deliveries;
        s.last_tick = ledger_.take(at, data, now, s.last_tick);
        if (++s.ticks == options_.each) {
            ++complete_;
            found_.complete_us.add(static_cast<std::uint64_t>(std::max<wall_us>(0, now - s.began)));
        }
    };
    const auto on_body = [&](std::string_view piece) {
        is_sound = s.events.feed(piece, options_.by, on_event) && is_sound;
    };
    auto framing = chunk_decoder::outcome::more;
    if (s.chunked)
        framing = s.chunks.feed(body, on_body);
    else
        on_body(body);
    if (!is_sound || framing == chunk_decoder::outcome::broken) {
        leave(s, found_.broken);
        return false;
    }
    if (framing == chunk_decoder::outcome::ended) {
        leave(s, found_.closed);
        return false;
    }
    return true;
}

void load::look_at_phase(wall_us now)
{
    const auto lasted = now - phase_began_;
    const bool is_connected = answered_ == all_.size();
    if (is_connected && found_.connect_s == 0)
        found_.connect_s = static_cast<double>(now - started_) / 1e6;
    switch (phase_) {
    case phase::connecting:
        if (is_connected || lasted > us(options_.connect_within)) {
            phase_ = phase::warming;
            phase_began_ = now;
        }
        return;
    case phase::warming:
        if (lasted >= us(options_.warmup))
            begin_measuring(now);
        return;
    case phase::measuring:
        sample(now);
        if (lasted >= us(options_.duration) ||
            (options_.each > 0 && is_connected &&
             complete_ + found_.failed + found_.refused + found_.closed + found_.broken >=
                 options_.connections))
            end_measuring(now);
        return;
    case phase::settling:
        if (ledger_.is_complete(ticks_due()) || lasted >= us(options_.settle))
            phase_ = phase::over;
        return;
    case phase::over:
        return;
    }
}

void load::begin_measuring(wall_us now)
{
    phase_ = phase::measuring;
    phase_began_ = now;
    found_.server_begin = usage_of(options_.pids);
    found_.sockets_begin = socket_usage_now();
    own_begin_ = usage_of(std::array{own_pid()});
    if (options_.each > 0)
        return;  // old ticks have no age worth telling
    std::uint32_t readers = 0;
    std::vector<std::uint32_t> of_symbol;
    for (const subscriber& s : all_) {
        if (s.at != stage::streaming)
            continue;
        ++readers;
        of_symbol.resize(s.picked.empty() ? of_symbol.size() : options_.symbols.size());
        for (const auto symbol : s.picked)
            ++of_symbol[symbol];
    }
    ledger_.begin(wall_now(), readers, std::move(of_symbol));
}

void load::end_measuring(wall_us now)
{
    sample(now + sample_every);
    found_.server_end = usage_of(options_.pids);
    found_.own_cpu_s = usage_of(std::array{own_pid()}).cpu_s() - own_begin_.cpu_s();
    found_.measured_s = static_cast<double>(now - phase_began_) / 1e6;
    ledger_.end(now);
    phase_ = options_.each > 0 ? phase::over : phase::settling;
    phase_began_ = now;
}

// Of a steady feed, one fewer than could be: neither end of the time need be on its grid.
std::uint64_t load::ticks_due() const noexcept
{
    return static_cast<std::uint64_t>(std::max(0.0, options_.expect * found_.measured_s - 1));
}

void load::sample(wall_us now)
{
    if (now - sampled_ < sample_every)
        return;
    sampled_ = now;
    found_.server_resident_most =
        std::max(found_.server_resident_most, resident_bytes_now(options_.pids));
    const auto sockets = socket_usage_now();
    found_.sockets_most.tcp_sockets =
        std::max(found_.sockets_most.tcp_sockets, sockets.tcp_sockets);
    found_.sockets_most.slab_bytes = std::max(found_.sockets_most.slab_bytes, sockets.slab_bytes);
    found_.sockets_most.tcp_bytes = std::max(found_.sockets_most.tcp_bytes, sockets.tcp_bytes);
}

}  // namespace tickertape::bench
