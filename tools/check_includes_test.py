#!/usr/bin/env python3
"""Plants one violation of each rule in a small tree and expects check_includes.py to name it; and plants what is allowed."""
import os
import tempfile
import unittest

import check_includes


def violations(files, cmake=""):
    """What is wrong in a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {"CMakeLists.txt": cmake, **files}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return check_includes.violations(root)


class CheckIncludes(unittest.TestCase):
    def expect_violation(self, path, text, part):
        found = violations({path: text})
        self.assertEqual(len(found), 1, f"{path} with {text!r}: {found}")
        self.assertIn(part, found[0])
        self.assertTrue(found[0].startswith(f"{path}:"), found[0])

    def expect_fine(self, path, text):
        self.assertEqual(violations({path: text}), [])

    def test_names_file_and_line(self):
        self.expect_violation("src/base/error.cpp", '#include <string>\n\n#include "db/db.hpp"\n', "src/base/error.cpp:3: includes db/db.hpp")

    def test_a_layer_does_not_include_a_higher_one(self):
        self.expect_violation("src/db/pool.cpp", '#include "http/message.hpp"', "db may include")
        self.expect_fine("src/http/server.cpp", '#include "base/error.hpp"\n#include "http/server.hpp"')

    def test_a_layer_does_not_include_its_neighbour(self):
        self.expect_violation("src/net/http_client.cpp", '#include "db/db.hpp"', "net may include")

    def test_an_unknown_directory_is_refused(self):
        self.expect_violation("src/misc/things.cpp", '#include "base/error.hpp"', "no row in LAYERS")

    def test_slices_call_only_to_their_left(self):
        self.expect_violation("src/scoring/recalculation.cpp", '#include "queue/queue.hpp"', "scoring may include")
        self.expect_fine("src/queue/add.cpp", '#include "scoring/scoring.hpp"')

    def test_only_the_face_of_a_slice_is_seen_from_outside(self):
        self.expect_violation("src/queue/add.cpp", '#include "scoring/store.hpp"', "public face")
        self.expect_violation("src/app/app.cpp", '#include "queue/store.hpp"', "public face")
        self.expect_fine("src/engine/runner.cpp", '#include "queue/lifecycle.hpp"')

    def test_slices_do_not_speak_to_upstreams(self):
        self.expect_violation("src/engine/steps/patch.cpp", '#include "net/http_client.hpp"', "through ports")
        self.expect_violation("src/engine/steps/patch.cpp", '#include "integrations/uyuni/fleet.hpp"', "engine may include")
        self.expect_fine("src/engine/steps/patch.cpp", '#include "ports/fleet.hpp"')

    def test_slices_are_handed_their_settings(self):
        self.expect_violation("src/engine/runner.cpp", '#include "config/settings.hpp"', "app hands the settings in")
        self.expect_fine("src/app/app.cpp", '#include "config/settings.hpp"')

    def test_rules_are_pure(self):
        self.expect_violation("src/approvals/rules.cpp", '#include "db/db.hpp"', "values in, values out")
        self.expect_violation("src/approvals/rules.hpp", '#include "approvals/store.hpp"', "values in, values out")
        self.expect_fine("src/approvals/rules.cpp", '#include "approvals/rules.hpp"\n#include "base/time.hpp"')

    def test_handlers_touch_only_the_database(self):
        self.expect_violation("src/queue/api.cpp", '#include "ports/fleet.hpp"', "handlers touch only PostgreSQL")
        self.expect_fine("src/queue/api.cpp", '#include "queue/store.hpp"\n#include "http/endpoint.hpp"')

    def test_what_all_slices_publish_through_is_held_to_their_rules(self):
        self.expect_violation("src/notifications/rules.cpp", '#include "db/db.hpp"', "values in, values out")
        self.expect_violation("src/queue/add.cpp", '#include "notifications/store.hpp"', "public face")
        self.expect_violation("src/notifications/api.cpp", '#include "queue/queue.hpp"', "notifications may include")
        self.expect_fine("src/queue/api.cpp", '#include "notifications/notifications.hpp"')

    def test_integrations_stay_among_themselves(self):
        self.expect_violation("src/integrations/uyuni/fleet.cpp", '#include "db/db.hpp"', "an integration includes")
        self.expect_violation("src/integrations/uyuni/fleet.cpp", '#include "integrations/salt/client.hpp"', "an integration includes")
        self.expect_fine("src/integrations/uyuni/fleet.cpp", '#include "integrations/uyuni/session.hpp"\n#include "net/xmlrpc.hpp"')

    def test_the_sandbox_shares_nothing_with_what_it_checks(self):
        self.expect_violation("sandbox/uyuni.cpp", '#include "integrations/uyuni/session.hpp"', "sandbox includes only")
        self.expect_violation("sandbox/uyuni.cpp", '#include "ports/fleet.hpp"', "sandbox includes only")
        self.expect_violation("sandbox/uyuni.cpp", '#include "net/upstream_guard.hpp"', "sandbox includes only")
        self.expect_fine("sandbox/uyuni.cpp", '#include "net/xmlrpc.hpp"\n#include "sandbox/world.hpp"')

    def test_a_library_has_one_home(self):
        self.expect_violation("src/queue/store.cpp", "#include <libpq-fe.h>", "in db/ alone")
        self.expect_violation("src/http/router.cpp", "#include <boost/beast/http.hpp>", "the async edge")
        self.expect_fine("src/http/server.cpp", "#include <boost/asio/post.hpp>\n#include <boost/json/value.hpp>")

    def test_tests_may_include_anything(self):
        self.expect_fine("tests/integration/queue_test.cpp", '#include "queue/store.hpp"\n#include "integrations/uyuni/fleet.hpp"')

    def test_libraries_link_what_their_sources_may_include(self):
        found = violations({}, "spm_module(base DEPS fmt::fmt)\nspm_module(db DEPS spm_base\n  spm_http)\n")
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith("CMakeLists.txt:2: db links http"), found[0])


if __name__ == "__main__":
    unittest.main()
