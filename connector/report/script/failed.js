function failed(problem) {
  const warning = document.getElementById("stale");
  warning.hidden = false;
  warning.textContent = `The figures cannot be shown in this browser (${problem.message}): one of 2024 or newer can, and connector report prints them.`;
  throw problem;
}
