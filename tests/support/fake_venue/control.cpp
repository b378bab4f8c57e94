#include "support/fake_venue/control.hpp"
#include "asio/no_throw.hpp"

#include "support/fake_venue/http_read.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <stdexcept>

namespace fake_venue {
namespace {

namespace asio = boost::asio;
using tickertape::no_throw;
namespace json = boost::json;
using tcp = asio::ip::tcp;

constexpr std::uint64_t sent_per_answer_max = 100'000;

http_answer said(const json::value& what, int status = 200)
{
    return {status, json::serialize(what)};
}

http_answer done()
{
    return said(json::object{{"ok", true}});
}

json::object body_of(const http_request& request)
{
    return json::parse(request.body).as_object();
}

std::int64_t number_at(const http_request& request, std::string_view name, std::int64_t usual)
{
    const auto text = request.value(name);
    return text ? std::stoll(*text) : usual;
}

http_answer set_fault(world& of, const http_request& request)
{
    const auto body = body_of(request);
    auto how = parse_fault(body, wall_now());
    if (how.kind == fault_kind::bad_symbol && !of.trade().find(how.symbol))
        throw std::runtime_error{"no such symbol: " + how.symbol};
    of.port(json::value_to<std::string>(body.at("venue"))).misbehave(std::move(how));
    return done();
}

http_answer list_faults()
{
    json::array all;
    for (const auto& [usual, words] : fault_rows()) {
        json::object row{{"fault", usual.name}, {"words", words}, {"cut", usual.cuts}};
        if (usual.status != 0)
            row["status"] = usual.status;
        if (!usual.retry_after.empty())
            row["retry_after"] = usual.retry_after;
        if (usual.every_ms != 0)
            row["every_ms"] = usual.every_ms;
        if (usual.factor != 1)
            row["factor"] = usual.factor;
        all.push_back(std::move(row));
    }
    return said(all);
}

http_answer counts(world& of)
{
    json::object all;
    for (const auto& [name, port] : of.ports()) {
        auto report = port->state().counts.report(std::chrono::steady_clock::now());
        report["fault"] = port->state().shows->misbehaviour().name;
        report["played"] = port->state().playing ? port->state().playing->sent() : 0;
        all[name] = std::move(report);
    }
    return said(all);
}

http_answer honest(world& of, const http_request& request)
{
    const auto pair = of.trade().find(request.value("symbol").value_or(""));
    if (!pair)
        throw std::runtime_error{"no such symbol"};
    const auto now_ms = unix_ms(wall_now());
    const auto at = [&](std::string_view name) {
        return wall_time{std::chrono::milliseconds{number_at(request, name, now_ms)}};
    };
    const auto range = of.trade().honest(*pair, at("from_ms"), at("to_ms"));
    if (!range)
        throw std::runtime_error{"nothing is known of that time"};
    return said(json::object{{"low", range->low}, {"high", range->high}});
}

http_answer play(world& of, const http_request& request)
{
    const auto body = body_of(request);
    const auto name = json::value_to<std::string>(body.at("venue"));
    auto& state = of.port(name).state();
    const auto number = [&](std::string_view key, double usual) {
        const auto* const given = body.if_contains(key);
        return given != nullptr ? given->to_number<double>() : usual;
    };
    playback_settings settings;
    settings.messages = static_cast<std::uint64_t>(number("messages", 100'000));
    settings.messages_per_second = number("messages_per_second", 0);
    state.playing.reset();
    if (settings.messages == 0)
        return done();
    settings.file = json::value_to<std::string>(body.at("file"));
    state.playing = std::make_unique<playback>(name, std::move(settings));
    return done();
}

http_answer sent(world& of, const http_request& request)
{
    const auto& playing = of.port(request.value("venue").value_or("")).state().playing;
    if (!playing)
        throw std::runtime_error{"nothing is played there"};
    const auto first = static_cast<std::uint64_t>(number_at(request, "seq", 0));
    const auto last = std::min(
        static_cast<std::uint64_t>(number_at(request, "to", static_cast<std::int64_t>(first))),
        first + sent_per_answer_max);
    json::array times;
    for (auto sequence = first; sequence <= last; ++sequence)
        if (const auto at = playing->sent_at_ns(sequence))
            times.push_back(json::array{sequence, *at});
    return said(times);
}

}  // namespace

http_answer control(world& of, const http_request& request)
{
    const auto is = [&](std::string_view method, std::string_view path) {
        return request.method == method && request.path == path;
    };
    try {
        if (is("POST", "/fault"))
            return set_fault(of, request);
        if (is("GET", "/faults"))
            return list_faults();
        if (is("GET", "/counts"))
            return counts(of);
        if (is("GET", "/honest"))
            return honest(of, request);
        if (is("POST", "/playback"))
            return play(of, request);
        if (is("GET", "/sent"))
            return sent(of, request);
        if (!is("POST", "/reset"))
            return said(json::object{{"error", "no such thing"}}, 404);
        of.reset();
        return done();
    } catch (const std::exception& mistake) {
        return said(json::object{{"error", mistake.what()}}, 400);
    }
}

control_port::control_port(asio::io_context& io, world& of)
    : world_{of}, acceptor_{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}
{
    asio::co_spawn(io, accept(), asio::detached);
}

void control_port::stop()
{
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (auto* socket : open_)
        socket->close(ignored);
}

asio::awaitable<void> control_port::accept()
{
    while (acceptor_.is_open()) {
        auto [ec, socket] = co_await acceptor_.async_accept(no_throw);
        if (!ec)
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> control_port::serve(tcp::socket socket)
{
    const auto place = open_.insert(open_.end(), &socket);
    std::string pending;
    for (;;) {
        const auto request = co_await read_request(socket, pending);
        if (!request)
            break;
        const auto bytes = written(control(world_, *request));
        const auto [ec, size] = co_await asio::async_write(socket, asio::buffer(bytes), no_throw);
        if (ec)
            break;
    }
    open_.erase(place);
}

}  // namespace fake_venue
