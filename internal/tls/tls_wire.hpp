// What is between an SSL object and the descriptor: it reads from it, and what it writes is kept
// here as long as the kernel does not take it. So OpenSSL never has to be asked again with the same
// bytes, and what it was given has been taken.
//
// Threads: one, that of the descriptor.
#pragma once

#include "tls/owned.hpp"

#include <string>

namespace tickertape::tls {

class tls_wire {
public:
    enum class flushed { all, some, gone };

    explicit tls_wire(int descriptor) noexcept : descriptor_{descriptor} {}
    tls_wire(const tls_wire&) = delete;
    tls_wire& operator=(const tls_wire&) = delete;

    // Lets `ssl` use this; it outlives `ssl`. Throws std::bad_alloc.
    void serve(SSL* ssl);

    // OpenSSL may read 64 KiB until this is called again, and then finds nothing for now: a
    // peer that sends records without anything in them would keep it reading for ever.
    void allow_reading() noexcept { left_to_read_ = read_bytes_max; }

    // Hands to the kernel what it takes.
    flushed flush() noexcept;
    // Whether there are bytes that are not with the kernel yet.
    bool holds_back() const noexcept { return !outgoing_.empty(); }
    // The memory they take.
    std::size_t held_bytes() const noexcept { return holds_back() ? outgoing_.capacity() : 0; }
    bool has_input_ended() const noexcept { return input_ended_; }

private:
    static constexpr std::size_t read_bytes_max = std::size_t{64} << 10;

    struct hooks;  // what OpenSSL calls

    int descriptor_;
    std::string outgoing_;
    std::size_t left_to_read_ = 0;
    bool input_ended_ = false;
};

}  // namespace tickertape::tls
