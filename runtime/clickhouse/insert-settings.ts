/**
 * Pinned on every insert. Exactly-once stands on them: 26.x inserts asynchronously by default, and one insert must
 * be one block, because a token counts blocks and a retry must cut the same ones.
 */
export const INSERT_SETTINGS = {
  async_insert: 0,
  wait_for_async_insert: 1,
  insert_deduplicate: 1,
  // Above any batch of ours, and bytes switched off: the block is the insert.
  max_insert_block_size: "10000000",
  min_insert_block_size_rows: "10000000",
  min_insert_block_size_bytes: "0",
  // Parallel parsing cuts at bytes, which makes blocks depend on timing.
  input_format_parallel_parsing: 0,
  date_time_input_format: "best_effort",
} as const;
