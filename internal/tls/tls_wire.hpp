// What is between an SSL object and the descriptor: it reads from it, and what it writes is kept
// here as long as the kernel does not take it. So OpenSSL never has to be asked again with the same
// bytes, and what it was given has been taken.
//
// Threads: one, that of the descriptor.
#pragma once

#include "tls/owned.hpp"

#include <string>

namespace tickertape {

class tls_wire {
public:
    enum class flushed { all, some, gone };

    explicit tls_wire(int descriptor) noexcept : descriptor_{descriptor} {}
    tls_wire(const tls_wire&) = delete;
    tls_wire& operator=(const tls_wire&) = delete;

    // Lets `ssl` use this; it outlives `ssl`. Throws std::bad_alloc.
    void serve(SSL* ssl);

    // Hands to the kernel what it takes.
    flushed flush() noexcept;
    // Whether there are bytes that are not with the kernel yet.
    bool holds_back() const noexcept { return !outgoing_.empty(); }
    bool has_input_ended() const noexcept { return input_ended_; }

private:
    struct hooks;  // what OpenSSL calls

    int descriptor_;
    std::string outgoing_;
    bool input_ended_ = false;
};

}  // namespace tickertape
