#pragma once

#include "service/history.h"
#include "service/obstacles.h"

#include <string>
#include <vector>

namespace rung::service {

// Who looks, and what is known beside the journal.
struct Viewer {
  std::string who;  // OS user
  std::vector<std::string> groups;
  bool is_driven = true;              // an engine drives the run now
  bool has_room = true;               // the store's disk has; without room nothing new starts
  std::vector<Obstacle> obstacles{};  // who holds what the run waits for
  std::string rung = "rung";  // how commands begin: with --store where the store is not the default
};

// What the run waits for now: since when, who can change it, by which command, and what happens
// if nobody does. Empty for a run that is over. Pure.
std::vector<Need> needs_of(const History& history, const Viewer& viewer);

// "dba (ana, li), commander (mira)"; "anybody" for nobody in particular.
std::string people_text(const runbooks::Plan& plan, const std::vector<std::string>& by);

}  // namespace rung::service
