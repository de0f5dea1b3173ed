/**
 * The configuration file of the server in a data folder, for a machine of 2 cores and 1 to 4 GB. It is written anew
 * at each start, so a newer Broadsheet's settings take effect; what an operator sets by ALTER SYSTEM still wins.
 */
export function settings({
  major,
  platform = process.platform,
}: {
  major: number
  platform?: string
}): string {
  const lines = [
    '# Written by Broadsheet at each start. Use ALTER SYSTEM for settings of your own.',
    'fsync = on',
    'full_page_writes = on',
    'synchronous_commit = on',
    'max_connections = 60',
    'shared_buffers = 64MB',
    'work_mem = 8MB',
    'maintenance_work_mem = 64MB',
    'effective_cache_size = 512MB',
    'random_page_cost = 1.1',
    'jit = off',
    'max_wal_size = 512MB',
    'min_wal_size = 80MB',
    'wal_compression = on',
    'autovacuum = on',
    'autovacuum_max_workers = 2',
    'max_worker_processes = 4',
    'max_parallel_workers = 2',
    'max_parallel_workers_per_gather = 1',
    'huge_pages = off',
    // On Linux System V: PostgreSQL needs one such segment as its lock in any case, so nothing new can be missing; it
    // is not bounded by a container's small /dev/shm, writes nothing to disk as mmap would, and systemd spares it
    // when the user who started the server logs out (RemoveIPC), unlike files in /dev/shm. macOS allows too little.
    `dynamic_shared_memory_type = ${platform === 'linux' ? 'sysv' : 'posix'}`,
    "datestyle = 'iso, mdy'",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "lc_messages = 'C'",
    // Startup, recovery, warnings and errors; no statements, which may hold readers' addresses.
    'log_min_messages = warning',
    'log_min_error_statement = panic',
    'log_error_verbosity = terse',
    'log_checkpoints = off',
    'log_autovacuum_min_duration = -1',
    "log_line_prefix = '%m [%p] '",
  ]
  // The three I/O workers of PostgreSQL 18 would cost memory that a small machine needs.
  if (major >= 18) lines.push('io_method = sync')
  return `${lines.join('\n')}\n`
}
