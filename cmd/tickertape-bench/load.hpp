// The load: opens the subscribers, reads what they are sent, and says what became of it.
//
// It goes through these phases: connect, warm up, measure, settle. What is measured is said in
// tick_ledger.hpp; processor time is that between the first and the last moment of `measure`, and
// is divided by what arrived in that time.
//
// Threads: one.
#pragma once

#include "tickertape-bench/histogram.hpp"
#include "tickertape-bench/options.hpp"
#include "tickertape-bench/subscriber.hpp"
#include "tickertape-bench/usage.hpp"

#include <array>
#include <memory>
#include <span>

namespace tickertape::bench {

struct findings {
    std::size_t subscribers = 0;
    std::size_t stalled = 0;
    std::size_t connected = 0;
    std::size_t streaming_at_end = 0;
    std::size_t failed = 0;   // before they were connected
    std::string why_failed;   // the first of them
    std::size_t refused = 0;  // answered with something else than 200
    int refused_with = 0;     // the first of these answers
    std::size_t closed = 0;   // by the server
    std::size_t broken = 0;   // what came was not chunked, or not a stream
    double connect_s = 0;
    histogram answer_us;  // from the connect to the head of the answer

    double measured_s = 0;
    std::uint64_t deliveries = 0;                     // in that time
    std::uint64_t bytes = 0;                          // of them and their framing
    std::array<std::uint64_t, event_names> events{};  // of the whole run
    tick_ledger::summary ticks;
    histogram latency_us;
    histogram complete_us;  // --each: from the connect to the last of the ticks
    std::uint64_t disordered = 0;
    std::uint64_t unreadable = 0;

    process_usage server_before;
    process_usage server_begin;
    process_usage server_end;
    std::uint64_t server_resident_most = 0;
    socket_usage sockets_before;
    socket_usage sockets_begin;
    socket_usage sockets_most;
    double own_cpu_s = 0;  // while it measured
};

class load {
public:
    // Throws std::runtime_error where the host cannot be found or there are too few descriptors.
    explicit load(const options& o);
    ~load();

    findings run();

private:
    enum class phase { connecting, warming, measuring, settling, over };

    void begin_due(wall_us now);
    void begin(std::uint32_t number, wall_us now);
    void on_event(std::uint32_t number, std::uint32_t events);
    void advance(subscriber& s);
    void ask(subscriber& s);
    void read(subscriber& s);
    bool take(subscriber& s, std::string_view received, wall_us now);
    bool take_head(subscriber& s, std::string_view received, wall_us now);
    bool take_body(subscriber& s, std::string_view body, wall_us now);
    void leave(subscriber& s, std::size_t& reason);
    void look_at_phase(wall_us now);
    void begin_measuring(wall_us now);
    void end_measuring(wall_us now);
    std::uint64_t ticks_due() const noexcept;
    void sample(wall_us now);

    const options options_;
    const target target_;
    path_template paths_;
    const address to_;
    std::unique_ptr<tls_client> tls_;
    int poll_ = -1;
    std::vector<subscriber> all_;
    tick_ledger ledger_;
    phase phase_ = phase::connecting;
    std::size_t begun_ = 0;
    std::size_t answered_ = 0;  // connected, or known not to become so
    std::size_t complete_ = 0;  // --each
    wall_us started_ = 0;
    wall_us phase_began_ = 0;
    wall_us sampled_ = 0;
    process_usage own_begin_;
    findings found_;
};

}  // namespace tickertape::bench
