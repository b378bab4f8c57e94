// How a test tells the venues what to do and asks what happened: plain HTTP, JSON in and out.
//
//   POST /fault    {"venue":"kraken","fault":"drip","every_ms":50}; {"venue":..,"fault":"none"}
//   GET  /faults   their names, parameters and meanings
//   GET  /counts   per venue: requests, connections, messages, ...
//   GET  /honest?symbol=BTC-USD&from_ms=..&to_ms=..   {"low":..,"high":..}
//   POST /playback {"venue":"coinbase","file":..,"messages":100000,"messages_per_second":0};
//                  0 messages: the market again
//   GET  /sent?venue=coinbase&seq=N[&to=M]   [[N,ns],..] of the monotonic clock; message N has the
//                  price 10000 + 0.01 N
//   POST /reset
//
// Threads: that of the io_context, which is one.
#pragma once

#include "support/fake_venue/world.hpp"

namespace fake_venue {

// What a request is answered. Mistakes are answered 400 with words.
http_answer control(world& of, const http_request& request);

class control_port {
public:
    control_port(boost::asio::io_context& io, world& of);

    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    // As world::stop().
    void stop();

private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

    world& world_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::list<boost::asio::ip::tcp::socket*> open_;
};

}  // namespace fake_venue
