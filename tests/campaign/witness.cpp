#include "tests/campaign/witness.h"

#include <fstream>
#include <sstream>

namespace rung::campaign {
namespace {

bool answer(const test::ReceivedRequest&, test::ServerConnection& connection) {
  connection.send(test::reply(200, R"({"ok": true})", "Content-Type: application/json\r\n"));
  return true;
}

}  // namespace

Witness::Witness(std::string file) : file_(std::move(file)), server_(answer) {}

std::map<std::string, Witness::Effect> Witness::effects() const {
  std::map<std::string, Effect> all;
  std::ifstream lines(file_);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string address;
    std::string key;
    words >> address >> key;
    all[address].times += 1;
    all[address].keys.insert(key);
  }
  for (const auto& request : server_.requests()) {
    Effect& effect = all[request.target.substr(1)];
    effect.times += 1;
    const auto key = request.headers.find("idempotency-key");
    if (key != request.headers.end()) effect.keys.insert(key->second);
  }
  return all;
}

}  // namespace rung::campaign
