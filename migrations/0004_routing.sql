CREATE TABLE `answer_buttons` (
	`token` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`act` text NOT NULL,
	`person_id` text,
	`created_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `answer_buttons_task` ON `answer_buttons` (`task_id`);--> statement-breakpoint
CREATE TABLE `answer_cache` (
	`key` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `answer_cache_task` ON `answer_cache` (`task_id`);--> statement-breakpoint
CREATE INDEX `answer_cache_expires` ON `answer_cache` (`expires_at`);--> statement-breakpoint
CREATE TABLE `calibration_shifts` (
	`id` text PRIMARY KEY NOT NULL,
	`tenth` integer NOT NULL,
	`shift` real NOT NULL,
	`outcomes` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `privacy_permits` (
	`thread_id` text NOT NULL,
	`person_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`thread_id`, `person_id`)
);
--> statement-breakpoint
ALTER TABLE `threads` ADD `is_summary_private` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `decisions` ADD `classification` text;--> statement-breakpoint
ALTER TABLE `decisions` ADD `outcome` text;--> statement-breakpoint
ALTER TABLE `decisions` ADD `outcome_at` integer;--> statement-breakpoint
CREATE INDEX `decisions_outcome` ON `decisions` (`outcome_at`);--> statement-breakpoint
ALTER TABLE `tasks` ADD `consent` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `is_private` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `tasks` ADD `cached_from` text;--> statement-breakpoint
CREATE INDEX `spend_person` ON `spend` (`person_id`,`day`);