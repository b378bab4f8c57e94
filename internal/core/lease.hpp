// A permit to use one unit of something bounded, such as a connection. It is given back when it is
// destroyed.
//
// Eight bytes, because every subscriber has one.
#pragma once

#include <memory>

namespace tickertape {

class lessor {
public:
    // Called once per lease, on whichever thread its holder was on.
    virtual void give_back() noexcept = 0;

protected:
    ~lessor() = default;
};

struct give_back {
    void operator()(lessor* from) const noexcept { from->give_back(); }
};

using lease = std::unique_ptr<lessor, give_back>;

}  // namespace tickertape
