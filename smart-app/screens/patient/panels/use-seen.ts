// Whether an element has come near the part of the page that is seen: what is far below is not asked for.
// https://developer.mozilla.org/docs/Web/API/Intersection_Observer_API
import { useEffect, useRef, useState } from 'react';

/** So far below what is seen things are asked for already. */
const NEAR = '120px';

/** A ref for the element, and whether it has been near; it stays so. */
export function useSeen<E extends Element>() {
  const ref = useRef<E>(null);
  const [seen, setSeen] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    if (seen || !ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: NEAR },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen] as const;
}
