// Shapes of icons that the first view does without.

export const upPath = "M10 15V5M5.5 9.5L10 5l4.5 4.5";
export const downPath = "M10 5v10M5.5 10.5L10 15l4.5-4.5";
export const gripPath = "M7.5 5h.01M12.5 5h.01M7.5 10h.01M12.5 10h.01M7.5 15h.01M12.5 15h.01";
