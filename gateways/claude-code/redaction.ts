import type { RedactionRules } from "#core/adapter.ts";

/**
 * What must not be stored of Claude Code's telemetry. It hides most of it itself unless it is told otherwise
 * (OTEL_LOG_USER_PROMPTS, OTEL_LOG_TOOL_DETAILS, OTEL_LOG_RAW_API_BODIES, detailed tracing).
 */
export const CLAUDE_CODE_REDACTION: RedactionRules = {
  credential: [],
  content: [
    "attributes.prompt",
    "attributes.prompt_text",
    "attributes.response",
    "attributes.body",
    "attributes.body_ref",
    "attributes.error",
    "attributes.error_message",
    "attributes.tool_parameters",
    "attributes.tool_input",
    "attributes.user_prompt",
    "attributes.new_context",
    "attributes.system_reminders",
    "attributes.system_prompt",
    "attributes.system_prompt_preview",
    "attributes.user_system_prompt",
    "attributes.hook_definitions",
    "attributes.content",
    "attributes.output",
    "attributes.diff",
    "attributes.file_path",
    "attributes.full_command",
    "attributes.bash_command",
    "response.model_output",
    "managed_settings.settings",
    "managed_settings.helper.path",
    "workspace.host_paths",
    "process.command_line",
    "process.command_args",
    "status.message",
    "exception.message",
    "exception.stacktrace",
  ],
  person: [
    "user.email",
    "user.id",
    "user.account_uuid",
    "user.account_id",
    "user.name",
    "user.full_name",
    "enduser.id",
    "host.name",
    "process.owner",
  ],
};
