// Prices that we calculate carry no more digits than their sources could have told.
#pragma once

namespace tickertape::pricing {

// The double nearest to `value` written with so many significant decimal digits, 1 to 17: at 3
// digits 1234.5 becomes 1230. Allocates nothing. `value` is finite.
double rounded_to_digits(double value, int digits) noexcept;

}  // namespace tickertape::pricing
