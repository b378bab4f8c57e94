#include "tickertape-bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tickertape::bench {

namespace {

double per(double sum, double count)
{
    return count > 0 ? sum / count : 0;
}

double number(std::uint64_t n)
{
    return static_cast<double>(n);
}

double growth(std::uint64_t from, std::uint64_t to)
{
    return number(to) - number(from);
}

std::string formatted(const char* format, int digits, double value, const char* nothing)
{
    if (std::isnan(value))
        return nothing;
    char text[64];
    std::snprintf(text, sizeof text, format, digits, value);
    return text;
}

void add_latency(
    std::vector<figure>& all, const std::string& name, const std::string& title,
    const histogram& us)
{
    const auto add = [&](const std::string& which, const std::string& words, double value) {
        all.push_back({name + "_" + which + "_us", title + ", " + words, value, "ms", 2});
    };
    const auto part = [&](double of) {
        return us.count() > 0 ? number(us.quantile(of)) : std::nan("");
    };
    add("p50", "median", part(0.5));
    add("p99", "p99", part(0.99));
    add("p999", "p99.9", part(0.999));
    add("max", "max", part(1));
}

void add_connections(std::vector<figure>& all, const findings& f)
{
    const auto reached = number(f.connected);
    all.push_back({"subscribers", "subscribers", number(f.subscribers)});
    all.push_back({"stalled", "beside them, that never read", number(f.stalled)});
    all.push_back({"connected", "connected", reached});
    all.push_back({"streaming_at_end", "streaming at the end", number(f.streaming_at_end)});
    all.push_back({"failed", "failed to connect", number(f.failed)});
    all.push_back({"refused", "answered with another status", number(f.refused)});
    all.push_back({"closed", "closed by the server", number(f.closed)});
    all.push_back({"broken", "broken framing", number(f.broken)});
    all.push_back({"connect_s", "all connected after", f.connect_s, "s", 2});
    all.push_back({"connects_per_s", "connections made per second", per(reached, f.connect_s)});
    add_latency(all, "answer", "connect to answer", f.answer_us);
}

void add_ticks(std::vector<figure>& all, const options& o, const findings& f)
{
    const auto deliveries = number(f.deliveries);
    // Of ticks that have reached everybody, if there are such.
    const auto spread = [&](std::uint64_t us) {
        return f.ticks.ticks_to_all > 0 ? number(us) : std::nan("");
    };
    all.push_back({"measured_s", "measured", f.measured_s, "s", 2});
    all.push_back({"deliveries", "deliveries in that time", deliveries});
    all.push_back({"deliveries_per_s", "deliveries per second", per(deliveries, f.measured_s)});
    all.push_back(
        {"bytes_per_delivery", "bytes per delivery", per(number(f.bytes), deliveries), "", 1});
    if (o.each > 0) {
        all.push_back({"complete", "subscribers with all ticks", number(f.complete_us.count())});
        add_latency(all, "complete", "connect to the last tick", f.complete_us);
    } else if (o.by != stamp_kind::none) {
        all.push_back({"ticks", "ticks that were due then", number(f.ticks.ticks)});
        all.push_back({"ticks_to_all", "of them, to everybody", number(f.ticks.ticks_to_all)});
        all.push_back({"missing", "deliveries missing", number(f.ticks.missing)});
        all.push_back({"disordered", "deliveries twice or too late", number(f.disordered)});
        all.push_back({"unreadable", "ticks without a stamp", number(f.unreadable)});
        add_latency(all, "latency", "due to received", f.latency_us);
        all.push_back(
            {"spread_p50_us", "first to last subscriber, median", spread(f.ticks.spread_p50_us),
             "ms", 2});
        all.push_back(
            {"spread_max_us", "first to last subscriber, max", spread(f.ticks.spread_max_us), "ms",
             2});
    }
    for (std::size_t i = 1; i < event_names; ++i) {
        const auto name = std::string{to_string(static_cast<event_name>(i))};
        all.push_back({"events_" + name, "events: " + name, number(f.events[i])});
    }
}

void add_server(std::vector<figure>& all, const options& o, const findings& f)
{
    const auto deliveries = number(f.deliveries);
    const auto connected = number(f.connected);
    const auto cpu = f.server_end.cpu_s() - f.server_begin.cpu_s();
    const auto user = f.server_end.user_s - f.server_begin.user_s;
    if (!o.pids.empty()) {
        const auto before = f.server_before.resident_bytes;
        // With --each there is nothing between connecting and measuring.
        const auto begin = o.each > 0 ? f.server_end.resident_bytes : f.server_begin.resident_bytes;
        all.push_back({"server_cpu_s", "server: CPU", cpu, "s", 2});
        all.push_back({"server_user_s", "server: of it user", user, "s", 2});
        all.push_back({"server_busy", "server: CPU per second", per(cpu, f.measured_s), "", 3});
        all.push_back(
            {"server_cpu_us_per_delivery", "server: CPU per delivery", per(cpu * 1e6, deliveries),
             "us", 3});
        all.push_back(
            {"server_user_us_per_delivery", "server: of it user", per(user * 1e6, deliveries), "us",
             3});
        all.push_back({"server_resident_bytes", "server: resident memory", number(begin), "B"});
        all.push_back(
            {"server_resident_bytes_per_subscriber", "server: growth per subscriber",
             per(growth(before, begin), connected), "B"});
        all.push_back(
            {"server_resident_bytes_most", "server: resident memory, most",
             number(f.server_resident_most), "B"});
        all.push_back({"server_threads", "server: threads", number(f.server_end.threads)});
    }
    all.push_back(
        {"load_busy", "this program: CPU per second", per(f.own_cpu_s, f.measured_s), "", 3});
    all.push_back(
        {"tcp_bytes_before", "kernel: TCP buffers before", number(f.sockets_before.tcp_bytes),
         "B"});
    all.push_back(
        {"tcp_bytes_begin", "kernel: TCP buffers, connected", number(f.sockets_begin.tcp_bytes),
         "B"});
    all.push_back(
        {"tcp_bytes_most", "kernel: TCP buffers, most", number(f.sockets_most.tcp_bytes), "B"});
    all.push_back(
        {"tcp_sockets_most", "kernel: TCP sockets, most", number(f.sockets_most.tcp_sockets)});
    all.push_back(
        {"slab_bytes_per_connection", "kernel: slab growth per connection, both ends",
         per(growth(f.sockets_before.slab_bytes, f.sockets_most.slab_bytes), connected), "B"});
}

}  // namespace

std::vector<figure> figures_of(const options& o, const findings& f)
{
    std::vector<figure> all;
    add_connections(all, f);
    add_ticks(all, o, f);
    add_server(all, o, f);
    return all;
}

std::string as_table(const std::vector<figure>& figures)
{
    std::size_t widest = 0;
    for (const auto& f : figures)
        widest = std::max(widest, f.title.size());
    std::string text;
    for (const auto& f : figures) {
        // Latencies are kept in microseconds, and read in milliseconds.
        const auto value = f.unit == "ms" ? f.value / 1e3 : f.value;
        const auto shown = formatted("%.*f", f.digits, value, "-");
        text += f.title + std::string(widest + 2 - f.title.size(), ' ');
        text += std::string(shown.size() < 14 ? 14 - shown.size() : 0, ' ') + shown;
        text += f.unit.empty() ? "\n" : " " + f.unit + "\n";
    }
    return text;
}

std::string as_json(const std::vector<figure>& figures)
{
    std::string text;
    for (const auto& f : figures)
        text += (text.empty() ? "{\"" : ",\"") + f.name +
                "\":" + formatted("%.*g", 12, f.value, "null");
    return text + "}\n";
}

}  // namespace tickertape::bench
