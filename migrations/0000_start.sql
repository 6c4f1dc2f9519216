CREATE TABLE `inbox` (
	`id` text PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`account` text NOT NULL,
	`kind` text NOT NULL,
	`native_id` text NOT NULL,
	`revision` integer NOT NULL,
	`event` text NOT NULL,
	`person_id` text,
	`thread_id` text,
	`state` text NOT NULL,
	`owner_run` text,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_key` ON `inbox` (`platform`,`account`,`kind`,`native_id`,`revision`);--> statement-breakpoint
CREATE INDEX `inbox_state` ON `inbox` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`trace_id` text NOT NULL,
	`task_id` text,
	`approval_id` text,
	`platform` text NOT NULL,
	`account` text NOT NULL,
	`chat_id` text NOT NULL,
	`thread_key` text NOT NULL,
	`edit_of` text,
	`edit_native_id` text,
	`part` text NOT NULL,
	`state` text NOT NULL,
	`owner_run` text,
	`native_id` text,
	`attempts` integer NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`sent_at` integer
);
--> statement-breakpoint
CREATE INDEX `outbox_state` ON `outbox` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_task` ON `outbox` (`task_id`);--> statement-breakpoint
CREATE INDEX `outbox_approval` ON `outbox` (`approval_id`);--> statement-breakpoint
CREATE TABLE `threads` (
	`id` text PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`account` text NOT NULL,
	`chat_id` text NOT NULL,
	`thread_key` text NOT NULL,
	`kind` text NOT NULL,
	`model_choice` text NOT NULL,
	`context_after` text NOT NULL,
	`summary` text,
	`summary_up_to` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `threads_address` ON `threads` (`platform`,`account`,`chat_id`,`thread_key`);--> statement-breakpoint
CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL,
	`trace_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`payload` text NOT NULL,
	`card` text NOT NULL,
	`choices` text NOT NULL,
	`state` text NOT NULL,
	`choice` text,
	`decided_by` text,
	`decided_at` integer,
	`revision` integer NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `approvals_number_unique` ON `approvals` (`number`);--> statement-breakpoint
CREATE INDEX `approvals_state` ON `approvals` (`state`);--> statement-breakpoint
CREATE INDEX `approvals_subject` ON `approvals` (`subject_id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`act` text NOT NULL,
	`person_id` text,
	`subject` text NOT NULL,
	`trace_id` text,
	`detail` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `button_tokens` (
	`token` text PRIMARY KEY NOT NULL,
	`approval_id` text NOT NULL,
	`choice` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `button_tokens_approval` ON `button_tokens` (`approval_id`);--> statement-breakpoint
CREATE TABLE `due_items` (
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`due_at` integer NOT NULL,
	`payload` text NOT NULL,
	PRIMARY KEY(`kind`, `subject_id`)
);
--> statement-breakpoint
CREATE INDEX `due_items_due` ON `due_items` (`due_at`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`payload` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`pid` integer NOT NULL,
	`version` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE TABLE `sequences` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`value` text,
	`person_id` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `settings_key` ON `settings` (`key`,`id`);--> statement-breakpoint
CREATE TABLE `spend` (
	`id` text PRIMARY KEY NOT NULL,
	`trace_id` text NOT NULL,
	`task_id` text NOT NULL,
	`person_id` text NOT NULL,
	`run_id` text NOT NULL,
	`model` text NOT NULL,
	`state` text NOT NULL,
	`reserved_micro_usd` integer NOT NULL,
	`micro_usd` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cache_read_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`note` text,
	`day` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `spend_day` ON `spend` (`day`);--> statement-breakpoint
CREATE INDEX `spend_task` ON `spend` (`task_id`);--> statement-breakpoint
CREATE TABLE `identities` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`platform` text NOT NULL,
	`native_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identities_platform_native` ON `identities` (`platform`,`native_id`);--> statement-breakpoint
CREATE INDEX `identities_person` ON `identities` (`person_id`);--> statement-breakpoint
CREATE TABLE `pairing_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `persons` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`language` text,
	`timezone` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `strangers` (
	`platform` text NOT NULL,
	`native_id` text NOT NULL,
	`display_name` text NOT NULL,
	`address` text NOT NULL,
	`state` text NOT NULL,
	`messages` integer NOT NULL,
	`told_at` integer,
	`first_seen_at` integer NOT NULL,
	PRIMARY KEY(`platform`, `native_id`)
);
--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`trace_id` text NOT NULL,
	`route` text NOT NULL,
	`model` text,
	`reason` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `decisions_task` ON `decisions` (`task_id`,`id`);--> statement-breakpoint
CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`trace_id` text NOT NULL,
	`native_id` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`path` text,
	`kind` text,
	`media_type` text,
	`size_bytes` integer,
	`sha256` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `files_task` ON `files` (`task_id`);--> statement-breakpoint
CREATE TABLE `signals` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`trace_id` text NOT NULL,
	`kind` text NOT NULL,
	`reason` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `signals_task` ON `signals` (`task_id`);--> statement-breakpoint
CREATE TABLE `steps` (
	`task_id` text NOT NULL,
	`seq` integer NOT NULL,
	`trace_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`output` text,
	`detail` text NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer NOT NULL,
	PRIMARY KEY(`task_id`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`trace_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`person_id` text NOT NULL,
	`inbox_id` text NOT NULL,
	`owner_run` text,
	`state` text NOT NULL,
	`waiting_for` text,
	`text` text NOT NULL,
	`quote` text,
	`quote_author` text,
	`forwarded_from` text,
	`interruptions` integer NOT NULL,
	`retry_of` text,
	`model_choice` text,
	`live_native_id` text,
	`engine` text,
	`model` text,
	`prompt_hash` text,
	`answer` text,
	`error_code` text,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`first_text_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `tasks_state` ON `tasks` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_thread` ON `tasks` (`thread_id`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_created` ON `tasks` (`created_at`);--> statement-breakpoint
CREATE INDEX `tasks_inbox` ON `tasks` (`inbox_id`);