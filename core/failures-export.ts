/** What exports say. A part of the registry in `failure.ts`. */
export const EXPORT_FAILURES = {
  EXPORT_CHANGED: {
    status: 409,
    message:
      "While the export was made, calls that belong into it came in: {expected} rows were counted and {written} written. A batch was being written at its as_of. Throw the file away and ask again, with an as_of of some minutes ago.",
  },
  EXPORT_INCOMPLETE: {
    status: 502,
    message:
      "The export broke off after {bytes} bytes ({reason}); the file {file} is not whole and was removed. Ask again.",
  },
  EXPORT_FILE_UNWRITABLE: {
    status: 500,
    message: "The file {file} cannot be written ({reason}). Give another one by --out, or remove it first.",
  },
} as const;
