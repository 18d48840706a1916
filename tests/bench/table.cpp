#include "tests/bench/table.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace rung::bench {

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values[values.size() * 99 / 100],
          values.back()};
}

void row(const std::string& what, const std::string& gate, const std::string& figure, bool holds) {
  std::printf("%-52s %-12s %-34s %s\n", what.c_str(), gate.c_str(), figure.c_str(),
              holds ? "ok" : "MISSED");
  std::fflush(stdout);
}

std::string text(const char* format, double a, double b, double c) {
  char line[96];
  std::snprintf(line, sizeof line, format, a, b, c);
  return line;
}

}  // namespace rung::bench
