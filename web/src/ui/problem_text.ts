// One sentence for whatever failed. The server's own detail is fit for people; where it gives none,
// the status speaks.
import { ApiError } from '../api/client';
import { text } from '../i18n';

export function problemText(problem: unknown): string {
  if (!(problem instanceof ApiError)) return text.problem.unexpected;
  const fields = problem.problem.errors?.map((error) => error.detail).filter(Boolean) ?? [];
  if (fields.length) return fields.join(' ');
  if (problem.problem.detail) return problem.problem.detail;
  return sentenceFor(problem.status);
}

function sentenceFor(status: number): string {
  switch (status) {
    case 0:
      return text.problem.unreachable;
    case 401:
    case 403:
      return text.problem.denied;
    case 404:
    case 410:
      return text.problem.notFound;
    case 409:
    case 412:
      return text.problem.conflict;
    case 413:
      return text.problem.tooLarge;
    case 429:
    case 503:
      return text.problem.busy;
    default:
      return text.problem.unexpected;
  }
}
