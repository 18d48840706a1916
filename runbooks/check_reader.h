#pragma once

#include "runbooks/step_reader.h"

namespace rung::runbooks {

// A step for the check that stands under this key.
DraftStep begin_check(const Member& member, const Fields& check);

// A use of an action that only reads and is looked at again and again, as the action of `draft`.
// False: it was refused.
bool read_check(const Fields& check, const Reading& reading, DraftStep& draft);

// The outputs of the check, which a condition on them reads by their bare names.
Names names_of_outputs(const ActionUse& use, const Catalog& catalog);
// Those that lists of samples are made of: numbers and the like, of which each look has one.
Names names_of_samples(const ActionUse& use, const Catalog& catalog);

// Of each look.
Duration look_timeout(const Fields& check);

// `fields` says `every`.
void refuse_too_often(const Fields& fields, Duration every, Report& report);

}  // namespace rung::runbooks
