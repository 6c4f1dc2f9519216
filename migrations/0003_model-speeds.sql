CREATE TABLE `model_speeds` (
	`model` text PRIMARY KEY NOT NULL,
	`engine` text NOT NULL,
	`prefill_tokens_per_second` real NOT NULL,
	`decode_tokens_per_second` real NOT NULL,
	`at` integer NOT NULL
);
