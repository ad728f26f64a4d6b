"""From an answer to a grade: guard, judge, evidence, arithmetic."""
