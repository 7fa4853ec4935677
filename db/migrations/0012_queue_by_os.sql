-- GET /queue?os=…: of an OS with few items among a million of others a page was found by walking all of them.
CREATE INDEX queue_by_os ON patch_test_queue (target_os, priority_override DESC, requires_reboot, success_score DESC, id);
