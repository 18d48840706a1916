#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rung::bench {

double seconds_of(const std::function<void()>& work);

struct Spread {
  double least = 0;
  double median = 0;
  double p99 = 0;
  double most = 0;
};
Spread spread_of(std::vector<double> values);

// One line of the table: what, its gate, what was measured, and whether it holds.
void row(const std::string& what, const std::string& gate, const std::string& figure, bool holds);
std::string text(const char* format, double a, double b = 0, double c = 0);

}  // namespace rung::bench
