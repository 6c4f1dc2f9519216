CREATE TABLE `held_notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`target_id` text NOT NULL,
	`markdown` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `notification_targets` (
	`id` text PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`account` text NOT NULL,
	`chat_id` text NOT NULL,
	`thread_key` text NOT NULL,
	`kinds` text NOT NULL,
	`quiet` text,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notification_targets_address` ON `notification_targets` (`platform`,`account`,`chat_id`,`thread_key`);--> statement-breakpoint
ALTER TABLE `outbox` ADD `after_native_id` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `may_have_arrived` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `outbox` ADD `retry_at` integer;--> statement-breakpoint
CREATE INDEX `outbox_chat` ON `outbox` (`platform`,`account`,`chat_id`,`sent_at`);--> statement-breakpoint
CREATE INDEX `inbox_thread` ON `inbox` (`thread_id`,`id`);